import type { Tokenizer } from '@sextant/models';
import { SextantError } from '@sextant/schema';
import type { EvalItem } from './item';

/**
 * How a choice's score is made of its log-probability (lm-evaluation-harness):
 * - `sum`: log p(choice | prompt) (`acc`)
 * - `per-character`: that, divided by the choice's length in characters (`acc_norm`)
 * - `mutual-information`: log p(choice | prompt) − log p(choice) (`acc_mutual_info`)
 */
export type Scoring = 'sum' | 'per-character' | 'mutual-information';

/** Tokens whose log-probability is wanted, after the tokens they follow. */
export interface ScoredSequence {
  prefix: number[];
  continuation: number[];
}

export type ScoringTokenizer = Pick<Tokenizer, 'encode' | 'bosId' | 'eosId'>;

/** The sequences of an item, one for each choice: first as continuations of the prompt, then, if wanted, by themselves. */
export function sequencesOf(item: EvalItem, tokenizer: ScoringTokenizer, scoring: Scoring): ScoredSequence[] {
  const conditional = continuations(item.prompt, item.choices, tokenizer, item.id);
  return scoring === 'mutual-information' ? [...conditional, ...continuations('', item.choices, tokenizer, item.id)] : conditional;
}

/**
 * Splits prompt and choices into tokens. Both are encoded together, so that a token may reach across their border; all choices
 * are then scored from the last point up to which their tokens agree with the prompt's.
 */
function continuations(prompt: string, choices: readonly string[], tokenizer: ScoringTokenizer, id: string): ScoredSequence[] {
  const context = tokenizer.encode(prompt);
  const joint = choices.map((choice) => tokenizer.encode(prompt + choice));
  const shared = Math.min(...joint.map((ids) => commonPrefix(context, ids)));
  const start = shared > 0 ? [] : [startToken(tokenizer)];
  return joint.map((ids, index) => {
    const sequence = { prefix: [...start, ...ids.slice(0, shared)], continuation: ids.slice(shared) };
    if (sequence.continuation.length > 0) return sequence;
    throw new SextantError('INVALID_INPUT', `item ${id}: choice ${index} (${JSON.stringify(choices[index])}) has no tokens of its own`, {
      field: `choices.${index}`,
      value: choices[index],
    });
  });
}

/** What stands in front of a text whose tokenizer adds nothing: BOS, or EOS as GPT-2 uses it. */
function startToken(tokenizer: ScoringTokenizer): number {
  const id = tokenizer.bosId ?? tokenizer.eosId;
  if (id !== null) return id;
  throw new SextantError('UNAVAILABLE', "this tokenizer has neither BOS nor EOS, so a text's first token has no probability");
}

function commonPrefix(a: readonly number[], b: readonly number[]): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length;
}

/** Scores of an item's choices from the summed log-probabilities of `sequencesOf`. */
export function scoresOf(item: EvalItem, sums: readonly number[], scoring: Scoring): number[] {
  return item.choices.map((choice, index) => {
    const sum = sums[index] ?? NaN;
    if (scoring === 'per-character') return sum / choice.length;
    if (scoring === 'mutual-information') return sum - (sums[item.choices.length + index] ?? NaN);
    return sum;
  });
}

/** Differences this small come from the order of float32 sums, not from the model. */
const tieTolerance = 1e-5;

/** How right the scores are, 0 to 1, by the item's grading. */
export function gradeOf(item: EvalItem, scores: readonly number[]): number {
  return gradings[item.grading](item, scores);
}

const gradings: Readonly<Record<EvalItem['grading'], (item: EvalItem, scores: readonly number[]) => number>> = {
  argmax({ gold }, scores) {
    const best = Math.max(...scores);
    const tied = gold.filter((_, index) => (scores[index] ?? -Infinity) >= best - tieTolerance);
    return tied.reduce((sum, value) => sum + value, 0) / tied.length;
  },
  mass({ gold }, scores) {
    const best = Math.max(...scores);
    const weights = scores.map((score) => Math.exp(score - best));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return weights.reduce((sum, weight, index) => sum + weight * (gold[index] ?? 0), 0) / total;
  },
  likelihood: (_, scores) => Math.exp(scores[0] ?? -Infinity),
};

/** Best score among the choices under study less the best among the others; where there are no others, the score itself. */
export function marginOf(item: EvalItem, scores: readonly number[]): number {
  const studied = scores.filter((_, index) => item.subject.includes(index));
  const others = scores.filter((_, index) => !item.subject.includes(index));
  return Math.max(...studied) - (others.length === 0 ? 0 : Math.max(...others));
}
