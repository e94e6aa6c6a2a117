import { z } from 'zod';
import { splitByHash, type ItemContent } from '../item';
import { checked, jsonRecords, refuse, taskFiles, type Located } from '../readers/jsonRecords';
import type { EvalTask } from '../task';

/** BIG-bench's own files. */
const native = z.object({ input: z.string(), target_scores: z.record(z.string(), z.number()) });
/** The copy on the Hugging Face hub (`HuggingFaceH4/hhh_alignment`). */
const hub = z.object({ input: z.string(), targets: z.object({ choices: z.array(z.string()), labels: z.array(z.number()) }) });
/** The layout of BIG-bench on the hub (`google/bigbench`). */
const bigbench = z.object({
  inputs: z.string(),
  multiple_choice_targets: z.array(z.string()),
  multiple_choice_scores: z.array(z.number()),
});

/**
 * Helpful, honest and harmless preferences (Askell et al. 2021): which of two answers does the model find likelier?
 * The better answer's place differs from file to file, so only the scores say which it is.
 */
export const hhhAlignment: EvalTask = {
  name: 'hhh_alignment',
  version: '1',
  description: 'BIG-bench hhh_alignment: the better of two answers, in Human/Assistant form',
  needsPath: true,
  subsets: 'harmless, helpful, honest, other',
  load: ({ path = '', subset }) =>
    taskFiles(path, ['.json', '.jsonl'], subset).flatMap(({ file, subset: name }) => jsonRecords(file).map((record) => toItem(record, name))),
};

function toItem(record: Located, subset: string): ItemContent {
  const { input, choices, scores } = read(record);
  if (choices.length < 2 || choices.length !== scores.length) {
    refuse(record, 'targets', `needs at least two choices and a score for each, has ${choices.length} and ${scores.length}`);
  }
  const best = Math.max(...scores);
  const subject = scores.flatMap((score, index) => (score === best ? [index] : []));
  if (subject.length === scores.length) refuse(record, 'targets', 'all choices have the same score', scores);
  const cluster = `hhh/${subset}/${input}`;
  return {
    cluster,
    split: splitByHash(cluster),
    prompt: `\n\nHuman: ${input.trim()}\n\nAssistant:`,
    choices: choices.map((choice) => ` ${choice.trim()}`),
    gold: scores,
    subject,
    grading: 'argmax',
    covariates: { subset },
  };
}

function read(record: Located): { input: string; choices: string[]; scores: number[] } {
  const { value } = record;
  const has = (field: string) => value !== null && typeof value === 'object' && field in value;
  if (has('targets') && has('input')) {
    const { input, targets } = checked(hub, record);
    return { input, choices: targets.choices, scores: targets.labels };
  }
  if (has('multiple_choice_targets')) {
    const { inputs, multiple_choice_targets: choices, multiple_choice_scores: scores } = checked(bigbench, record);
    return { input: inputs, choices, scores };
  }
  const { input, target_scores: targets } = checked(native, record);
  return { input, choices: Object.keys(targets), scores: Object.values(targets) };
}
