import { logProbs, type Hook, type LanguageModel } from '@sextant/models';
import { SextantError, type ItemResult } from '@sextant/schema';
import type { EvalItem } from './item';
import { gradeOf, marginOf, scoresOf, sequencesOf, type ScoredSequence, type Scoring } from './scoring';

export interface RunEvalOptions {
  model: LanguageModel;
  items: readonly EvalItem[];
  scoring?: Scoring;
  /** Interventions and observers, as in a forward pass. */
  hooks?: readonly Hook[];
  /** Sequences in one forward pass. Results do not depend on it beyond rounding. */
  batchSize?: number;
  /** Called for each item as soon as it is scored, in the order of `items`. */
  onItem?: (result: ItemResult, index: number) => void;
  signal?: AbortSignal;
  /** Cut prompts that do not fit into the model's context from the left, instead of refusing them. */
  truncate?: boolean;
}

/**
 * Scores items by the log-probabilities of their choices. Raw results only: rates and intervals are libs/studies' part.
 * `margin` and `correct` follow `scoring` and the item's grading; for `likelihood` items the score is the log-probability
 * per token, so that exp(−margin) is the text's perplexity and `correct` its inverse.
 * @throws SextantError CANCELLED when aborted, INVALID_INPUT before anything runs when an item does not fit into the context.
 */
export async function runEval(options: RunEvalOptions): Promise<ItemResult[]> {
  const { model, items, scoring = 'sum', hooks = [], batchSize = 32, onItem, signal } = options;
  const prepared = items.map((item) => ({ item, sequences: sequencesOf(item, model.tokenizer, scoring) }));
  fitContext(prepared, model.config.contextLength, options.truncate ?? false);
  const results: ItemResult[] = [];
  for (const group of groupsOf(prepared, batchSize)) {
    if (signal?.aborted) throw new SextantError('CANCELLED', `the eval was cancelled after ${results.length} of ${items.length} items`);
    const logs = await logProbs(
      model,
      group.flatMap(({ sequences }) => sequences),
      { hooks, batchSize },
    );
    let at = 0;
    for (const { item, sequences } of group) {
      const own = logs.slice(at, at + sequences.length);
      at += sequences.length;
      const result = resultOf(item, own, scoring);
      results.push(result);
      onItem?.(result, results.length - 1);
    }
  }
  return results;
}

interface Prepared {
  item: EvalItem;
  sequences: ScoredSequence[];
}

function resultOf(item: EvalItem, logs: readonly ArrayLike<number>[], scoring: Scoring): ItemResult {
  const sums = logs.map((values) => Array.from(values).reduce((sum, value) => sum + value, 0));
  const scores = item.grading === 'likelihood' ? [(sums[0] ?? NaN) / (logs[0]?.length ?? NaN)] : scoresOf(item, sums, scoring);
  const { id, cluster, split, prompt, choices, gold } = item;
  return {
    ...{ item: id, cluster, split, prompt, choices, gold },
    choiceLogProbs: sums.slice(0, choices.length),
    margin: marginOf(item, scores),
    correct: gradeOf(item, scores),
  };
}

/** Items in order, in groups that hold about four batches of sequences. */
function* groupsOf(prepared: readonly Prepared[], batchSize: number): Generator<Prepared[]> {
  let group: Prepared[] = [];
  let count = 0;
  for (const entry of prepared) {
    group.push(entry);
    count += entry.sequences.length;
    if (count < 4 * batchSize) continue;
    yield group;
    group = [];
    count = 0;
  }
  if (group.length > 0) yield group;
}

function fitContext(prepared: readonly Prepared[], contextLength: number, truncate: boolean): void {
  let longest = 0;
  let overlong = 0;
  let first: EvalItem | undefined;
  for (const { item, sequences } of prepared) {
    const length = Math.max(...sequences.map(({ prefix, continuation }) => prefix.length + continuation.length));
    if (length <= contextLength) continue;
    overlong++;
    longest = Math.max(longest, length);
    first ??= item;
    // The first token (BOS) stays, as the model has never seen a sequence without it.
    if (truncate) for (const { prefix, continuation } of sequences) prefix.splice(1, Math.max(0, prefix.length + continuation.length - contextLength));
  }
  if (!first || truncate) return;
  throw new SextantError('INVALID_INPUT', `${overlong} items do not fit into the model's context of ${contextLength} tokens (longest: ${longest})`, {
    field: 'items',
    value: first.id,
    hint: 'choose a model with a longer context, or have prompts cut from the left (truncate)',
  });
}
