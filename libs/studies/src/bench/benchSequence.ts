import { hashJson } from '@sextant/schema';
import { sequencesOf, type EvalItem, type ScoringTokenizer } from '@sextant/evals';

/** A wanted log-probability: of `target`, predicted by the token at `at`; added to `slot` of the sequence's owner. */
export interface Ask {
  at: number;
  target: number;
  slot: number;
}

/** Tokens that run through the model for one item. */
export interface BenchSequence {
  /** Index of the item (or prose sequence) it belongs to. */
  owner: number;
  ids: readonly number[];
  /** Tokens from here on count as generated, as continuations do in libs/models. */
  prefixLength: number;
  asks: Ask[];
  /** The KL to the baseline is taken here, where the prompt ends; true for one sequence of each item. */
  leads: boolean;
}

/**
 * Sequences of items: one for each distinct context, choices of one token sharing their prompt's. Slot c of an item is the
 * summed log-probability of its choice c, with the same tokens and the same marks as libs/evals scores.
 */
export function itemSequences(items: readonly EvalItem[], tokenizer: ScoringTokenizer): BenchSequence[] {
  return items.flatMap((item, owner) => {
    const contexts = sequencesOf(item, tokenizer, 'sum').map(({ prefix, continuation }, slot) => ({
      owner,
      ids: [...prefix, ...continuation.slice(0, -1)],
      prefixLength: prefix.length,
      asks: continuation.map((target, i): Ask => ({ at: prefix.length - 1 + i, target, slot })),
      leads: false,
    }));
    return merged(contexts).map((context, i) => ({ ...context, leads: i === 0 }));
  });
}

/** Contexts that begin another one are read from that. All of an item's share their prompt. */
function merged(contexts: readonly BenchSequence[]): BenchSequence[] {
  const kept: BenchSequence[] = [];
  for (const context of [...contexts].sort((a, b) => b.ids.length - a.ids.length)) {
    const host = kept.find(({ ids }) => context.ids.every((id, i) => id === ids[i]));
    if (host) host.asks.push(...context.asks);
    else kept.push({ ...context, asks: [...context.asks] });
  }
  return kept;
}

/** Prose: every token after the first is predicted, special ones (a later document's BOS) excepted. */
export function proseSequences(texts: readonly (readonly number[])[], specialIds: ReadonlySet<number>): BenchSequence[] {
  return texts.map((ids, owner) => ({
    owner,
    ids: ids.slice(0, -1),
    prefixLength: ids.length,
    leads: false,
    asks: ids.slice(1).flatMap((target, at): Ask[] => (specialIds.has(target) ? [] : [{ at, target, slot: 0 }])),
  }));
}

/** Content id of a prose sequence. */
export const proseId = (ids: readonly number[]): string => hashJson({ prose: ids }).slice(0, 24);
