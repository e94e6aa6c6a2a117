import { sum } from './moments';
import { normalSf } from './normal';
import { undefinedBecause, type Outcome } from './outcome';
import { averageRanks, tieSizes } from './ranks';

export interface Wilcoxon {
  /** Smaller of the rank sums of the positive and of the negative differences. */
  w: number;
  /** Two-sided normal approximation with the tie correction. */
  p: number;
  pCorrected: number;
  /** From the exact distribution; null with ties, zeros or more than 200 differences. */
  exact: number | null;
}

/**
 * Wilcoxon's signed-rank test of differences around 0. Zeros are dropped, or with `zeros: 'pratt'` ranked and then
 * left out of both sums. Undefined when every difference is 0.
 */
export function wilcoxonSignedRank(differences: readonly number[], { zeros = 'drop' }: { zeros?: 'drop' | 'pratt' } = {}): Outcome<Wilcoxon> {
  const moved = differences.filter((value) => value !== 0);
  if (moved.length === 0) return undefinedBecause('every difference is 0');
  const ranked = zeros === 'pratt' ? differences : moved;
  const sizes = ranked.map(Math.abs);
  const ranks = averageRanks(sizes);
  const positive = sum(ranks.filter((_, i) => ranked[i]! > 0));
  const negative = sum(ranks.filter((_, i) => ranked[i]! < 0));
  const n = ranked.length;
  const still = n - moved.length;
  const centre = (n * (n + 1) - still * (still + 1)) / 4;
  const ties = sum(tieSizes(moved.map(Math.abs)).map((t) => t ** 3 - t));
  const spread = Math.sqrt((n * (n + 1) * (2 * n + 1) - still * (still + 1) * (2 * still + 1) - ties / 2) / 24);
  const w = Math.min(positive, negative);
  const distance = Math.abs(w - centre);
  const exact = ties === 0 && moved.length === differences.length && n <= 200;
  return {
    defined: true,
    w,
    p: 2 * normalSf(distance / spread),
    pCorrected: Math.min(1, 2 * normalSf(Math.max(0, distance - 0.5) / spread)),
    exact: exact ? Math.min(1, 2 * shareAtMost(n, w)) : null,
  };
}

/** Share of the 2^n sign patterns whose positive rank sum is at most w. */
function shareAtMost(n: number, w: number): number {
  const shares = new Float64Array(w + 1);
  shares[0] = 1;
  for (let rank = 1; rank <= n; rank++) {
    for (let k = w; k >= 0; k--) shares[k] = (shares[k]! + (k >= rank ? shares[k - rank]! : 0)) / 2;
  }
  return sum(shares);
}
