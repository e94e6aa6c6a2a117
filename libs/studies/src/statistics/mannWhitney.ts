import { sum, variance } from './moments';
import { normalSf } from './normal';
import { undefinedBecause, type Outcome } from './outcome';
import { averageRanks, tieSizes } from './ranks';

export interface MannWhitney {
  /** Pairs with a > b, plus half the ties. */
  u: number;
  /** Two-sided normal approximation with the tie correction. */
  p: number;
  /** The same with the continuity correction. */
  pCorrected: number;
  /** From the exact distribution of U; null with ties, or with more than 10,000 pairs. */
  exact: number | null;
  exactGreater: number | null;
}

/** Mann–Whitney U test that a tends to be larger or smaller than b. Undefined when all values are equal. */
export function mannWhitney(a: readonly number[], b: readonly number[]): Outcome<MannWhitney> {
  const [m, n] = [a.length, b.length];
  if (m === 0 || n === 0) return undefinedBecause('one of the two samples is empty');
  const all = [...a, ...b];
  const total = m + n;
  const u = sum(averageRanks(all).slice(0, m)) - (m * (m + 1)) / 2;
  const ties = sum(tieSizes(all).map((t) => t ** 3 - t));
  const spread = Math.sqrt(((m * n) / 12) * (total + 1 - ties / (total * (total - 1))));
  if (!(spread > 0)) return undefinedBecause('all values are equal');
  const larger = Math.max(u, m * n - u) - (m * n) / 2;
  const twoSided = (distance: number) => Math.min(1, 2 * normalSf(distance / spread));
  const tails = ties === 0 && m * n <= 10_000 ? rankSumTails(m, n, u) : null;
  return {
    defined: true,
    u,
    p: twoSided(larger),
    pCorrected: twoSided(larger - 0.5),
    exact: tails && Math.min(1, 2 * Math.min(tails.lower, tails.upper)),
    exactGreater: tails && tails.upper,
  };
}

/** P(U ≤ u) and P(U ≥ u) for samples of m and n without ties, from the share of the C(m + n, m) orders at each U. */
function rankSumTails(m: number, n: number, u: number): { lower: number; upper: number } {
  // counts[j][k]: share of the orders of i a-values and j b-values with U = k, built one a-value at a time.
  let previous = Array.from({ length: n + 1 }, () => [1]);
  for (let i = 1; i <= m; i++) {
    const current: number[][] = [[1]];
    for (let j = 1; j <= n; j++) {
      const largestIsA = i / (i + j);
      const row = new Array<number>(i * j + 1).fill(0);
      previous[j]!.forEach((share, k) => (row[k + j]! += share * largestIsA));
      current[j - 1]!.forEach((share, k) => (row[k]! += share * (1 - largestIsA)));
      current.push(row);
    }
    previous = current;
  }
  const shares = previous[n]!;
  return { lower: sum(shares.slice(0, u + 1)), upper: sum(shares.slice(u)) };
}

export interface Auroc {
  /** Probability that a positive scores above a negative, ties counting half. */
  value: number;
  /** DeLong's standard error; null with fewer than two of either class. */
  se: number | null;
}

/** Area under the ROC curve, with DeLong's (1988) standard error. */
export function auroc(positives: readonly number[], negatives: readonly number[]): Outcome<Auroc> {
  const [m, n] = [positives.length, negatives.length];
  if (m === 0 || n === 0) return undefinedBecause('one of the two classes is empty');
  const ranks = averageRanks([...positives, ...negatives]);
  const withinPositive = averageRanks(positives);
  const withinNegative = averageRanks(negatives);
  const beaten = positives.map((_, i) => (ranks[i]! - withinPositive[i]!) / n);
  const beatenBy = negatives.map((_, i) => 1 - (ranks[m + i]! - withinNegative[i]!) / m);
  const se = m > 1 && n > 1 ? Math.sqrt(variance(beaten) / m + variance(beatenBy) / n) : null;
  return { defined: true, value: sum(beaten) / m, se };
}
