import { z } from 'zod';
import { splitByHash, type ItemContent } from '../item';
import { checked, jsonRecords, taskFiles, type Located } from '../readers/jsonRecords';
import type { EvalTask } from '../task';

const recordSchema = z.object({
  sentence_good: z.string().min(1),
  sentence_bad: z.string().min(1),
  UID: z.string(),
  pairID: z.union([z.string(), z.number()]),
  field: z.string().optional(),
  linguistics_term: z.string().optional(),
});

/** BLiMP (Warstadt et al. 2020): the grammatical one of two sentences should have the higher probability as a whole. */
export const blimp: EvalTask = {
  name: 'blimp',
  version: '1',
  description: 'BLiMP: the grammatical sentence of a minimal pair, by its whole log-probability',
  needsPath: true,
  subsets: 'a paradigm, such as passive_1',
  load: ({ path = '', subset }) => taskFiles(path, ['.jsonl'], subset).flatMap(({ file }) => jsonRecords(file).map(toItem)),
};

function toItem(record: Located): ItemContent {
  const { sentence_good: good, sentence_bad: bad, UID, pairID, field, linguistics_term: term } = checked(recordSchema, record);
  const cluster = `blimp/${UID}/${pairID}`;
  return {
    cluster,
    split: splitByHash(cluster),
    prompt: '',
    choices: [good, bad],
    gold: [1, 0],
    subject: [0],
    grading: 'argmax',
    covariates: { subset: UID, ...(field !== undefined && { field }), ...(term !== undefined && { term }) },
  };
}
