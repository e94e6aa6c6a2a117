import { SextantError, type ItemResult } from '@sextant/schema';

/** One item under baseline and intervention. */
export interface ItemPair {
  item: string;
  cluster: string;
  baseline: number;
  steered: number;
  /** steered − baseline. */
  difference: number;
}

/**
 * Pairs two runs' margins by item, sorted by item so that stored results give the same numbers in whatever order they
 * come back. `signOf` turns margins around (a sabotage); 1 otherwise.
 * @throws SextantError INTEGRITY when the runs do not hold the same items.
 */
export function pairMargins(baseline: readonly ItemResult[], steered: readonly ItemResult[], signOf: (item: string) => number = () => 1): ItemPair[] {
  const before = new Map(baseline.map((result) => [result.item, result]));
  if (before.size !== steered.length || before.size !== baseline.length) {
    throw new SextantError('INTEGRITY', `the baseline holds ${baseline.length} items and the steered run ${steered.length}; they cannot be paired`);
  }
  return steered
    .map((result) => {
      const own = before.get(result.item);
      if (!own) throw new SextantError('INTEGRITY', `item ${result.item} was steered but has no baseline`, { field: 'item', value: result.item });
      const sign = signOf(result.item);
      const [from, to] = [sign * own.margin, sign * result.margin];
      return { item: result.item, cluster: result.cluster, baseline: from, steered: to, difference: to - from };
    })
    .sort((a, b) => (a.item < b.item ? -1 : a.item > b.item ? 1 : 0));
}
