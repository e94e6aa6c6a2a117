import { SextantError, type ItemResult } from '@sextant/schema';
import { sum } from '../statistics/moments';

/** Tokens predicted in a `likelihood` item: its log-probability over the same per token. */
function tokensOf({ choiceLogProbs, margin }: ItemResult): number {
  return Math.round(choiceLogProbs[0]! / margin);
}

/** Steered perplexity over baseline perplexity on the same sequences: exp of the difference of nats per token. */
export function perplexityRatio(baseline: readonly ItemResult[], steered: readonly ItemResult[]): number {
  const tokens = sum(baseline.map(tokensOf));
  const ids = new Set(baseline.map(({ item }) => item));
  if (baseline.length !== steered.length || steered.some(({ item }) => !ids.has(item))) {
    throw new SextantError('INTEGRITY', 'the two prose runs hold different sequences');
  }
  const logProb = (results: readonly ItemResult[]) =>
    sum([...results].sort((a, b) => (a.item < b.item ? -1 : 1)).map(({ choiceLogProbs }) => choiceLogProbs[0]!));
  return Math.exp((logProb(baseline) - logProb(steered)) / tokens);
}
