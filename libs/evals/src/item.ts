import { hashJson } from '@sextant/schema';
import type { Split } from '@sextant/corpora';

/**
 * One question with its possible continuations.
 * - `argmax`: the score of an item is the gold of the most probable choice; n tied choices count 1/n each.
 * - `mass`: the share of probability on gold choices (TruthfulQA's MC2).
 * - `likelihood`: one choice only, a text whose log-probability per token is wanted (perplexity).
 */
export interface EvalItem {
  /** Hash of the content below: the same question has the same id in every run. */
  id: string;
  /** Unit of resampling: items that are not independent share one. */
  cluster: string;
  split: Split;
  prompt: string;
  /** Continuations of the prompt, with their own leading white space. */
  choices: string[];
  /** Value of each choice: 1 right, 0 wrong, or what the task says in between. */
  gold: number[];
  /** Indices of the choices under study: margins are the best of these less the best of the others. */
  subject: number[];
  grading: 'argmax' | 'mass' | 'likelihood';
  covariates: Record<string, string | number | boolean>;
}

export type ItemContent = Omit<EvalItem, 'id'>;

/** Gives items their ids. Exact repetitions, which published sets do contain, are told apart by their occurrence. */
export function identified(task: string, version: string, contents: readonly ItemContent[]): EvalItem[] {
  const seen = new Map<string, number>();
  return contents.map((content) => {
    const { prompt, choices, gold, subject, grading } = content;
    const base = { task, version, prompt, choices, gold, subject, grading };
    const key = hashJson(base);
    const occurrence = seen.get(key) ?? 0;
    seen.set(key, occurrence + 1);
    return { id: (occurrence === 0 ? key : hashJson({ ...base, occurrence })).slice(0, 24), ...content };
  });
}

/** A split for items that come without one: halves by the cluster's hash, so that a cluster is in one half only. */
export function splitByHash(cluster: string): Split {
  return parseInt(hashJson(cluster).slice(0, 8), 16) % 2 === 0 ? 'A' : 'B';
}
