import { extname } from 'node:path';
import { z } from 'zod';
import { splitByHash, type ItemContent } from '../item';
import { csvRecords } from '../readers/csv';
import { checked, jsonRecords, refuse, taskFiles, type Located } from '../readers/jsonRecords';
import type { EvalTask } from '../task';

interface Question {
  question: string;
  category?: string;
  mc1: Targets;
  mc2: Targets;
}

interface Targets {
  choices: string[];
  labels: number[];
}

/** The columns of TruthfulQA.csv that are read. */
const row = z.object({
  Question: z.string().min(1),
  Category: z.string().optional(),
  'Best Answer': z.string().min(1),
  'Correct Answers': z.string().min(1),
  'Incorrect Answers': z.string().min(1),
});

/** Targets of `mc_task.json` are a mapping from answer to label; those on the Hugging Face hub two parallel lists. */
const targets = z.union([
  z.object({ choices: z.array(z.string()).min(2), labels: z.array(z.number()).min(2) }),
  z.record(z.string(), z.number()).transform((map) => ({ choices: Object.keys(map), labels: Object.values(map) })),
]);
const json = z.object({ question: z.string().min(1), mc1_targets: targets, mc2_targets: targets });

/**
 * TruthfulQA, one right answer among false ones (Lin et al. 2022). The right one always comes first, so the order must not
 * decide anything: tied answers share the score.
 */
export const truthfulQaMc1: EvalTask = truthfulQa('truthfulqa:mc1', 'TruthfulQA MC1: the best answer among false ones', (question) => ({
  ...question.mc1,
  grading: 'argmax',
}));

/** TruthfulQA, share of the probability that is on true answers. */
export const truthfulQaMc2: EvalTask = truthfulQa('truthfulqa:mc2', 'TruthfulQA MC2: share of probability on the true answers', (question) => ({
  ...question.mc2,
  grading: 'mass',
}));

function truthfulQa(name: string, description: string, view: (question: Question) => Targets & Pick<ItemContent, 'grading'>): EvalTask {
  return {
    name,
    version: '1',
    description,
    needsPath: true,
    load: ({ path = '' }) =>
      taskFiles(path, ['.csv', '.json', '.jsonl']).flatMap(({ file }) => {
        const read = readers[extname(file).toLowerCase()] ?? readers['.json'];
        return (read?.(file) ?? []).map((question) => toItem(question, view(question)));
      }),
  };
}

function toItem({ question, category }: Question, { choices, labels, grading }: ReturnType<Parameters<typeof truthfulQa>[2]>): ItemContent {
  const cluster = `truthfulqa/${question}`;
  return {
    cluster,
    split: splitByHash(cluster),
    prompt: `Q: ${question}\nA:`,
    choices: choices.map((choice) => ` ${choice}`),
    gold: labels,
    subject: labels.flatMap((label, index) => (label > 0 ? [index] : [])),
    grading,
    covariates: category === undefined ? {} : { category },
  };
}

const readers: Readonly<Record<string, (file: string) => Question[]>> = {
  '.csv': (file) => csvRecords(file).map(fromRow),
  '.json': (file) => jsonRecords(file).map(fromJson),
  '.jsonl': (file) => jsonRecords(file).map(fromJson),
};

function fromRow(record: Located): Question {
  const { Question: question, Category: category, ...answers } = checked(row, record);
  const right = splitAnswers(answers['Correct Answers']);
  const wrong = splitAnswers(answers['Incorrect Answers']);
  return {
    question,
    category,
    mc1: label([withPeriod(answers['Best Answer'])], wrong),
    mc2: label(right, wrong),
  };
}

function fromJson(record: Located): Question {
  const { question, mc1_targets: mc1, mc2_targets: mc2 } = checked(json, record);
  for (const [field, { choices, labels }] of Object.entries({ mc1_targets: mc1, mc2_targets: mc2 })) {
    if (choices.length !== labels.length) refuse(record, field, `${choices.length} choices but ${labels.length} labels`);
    const right = labels.filter((value) => value > 0).length;
    if (right === 0 || right === labels.length) refuse(record, field, `needs right and wrong choices, has ${right} right of ${labels.length}`);
  }
  return { question, mc1, mc2 };
}

function label(right: readonly string[], wrong: readonly string[]): Targets {
  return { choices: [...right, ...wrong], labels: [...right.map(() => 1), ...wrong.map(() => 0)] };
}

/** Answers are separated by semicolons and end with a period, as in the reference code (truthfulqa/utilities.py). */
function splitAnswers(list: string): string[] {
  return list
    .split(';')
    .map((answer) => answer.trim())
    .filter((answer) => answer !== '')
    .map(withPeriod);
}

function withPeriod(answer: string): string {
  const trimmed = answer.trim();
  return trimmed.endsWith('.') ? trimmed : `${trimmed}.`;
}
