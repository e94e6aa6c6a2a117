import { SextantError } from '@sextant/schema';
import { isConstant, mean, sum } from './moments';
import { normalQuantile, normalSf } from './normal';
import { undefinedBecause, type Outcome, type Undefined } from './outcome';
import { averageRanks, tieSizes } from './ranks';
import { tSf } from './studentT';

export interface Correlation {
  n: number;
  r: number;
  /** Two-sided, from t = r √((n − 2) / (1 − r²)) with n − 2 degrees of freedom; null at n = 2, where every r is ±1. */
  p: number | null;
  /** Fisher's z interval; null below four pairs. */
  lo: number | null;
  hi: number | null;
}

function refuse(x: readonly number[], y: readonly number[]): Undefined | null {
  if (x.length !== y.length) throw new SextantError('INVALID_INPUT', `correlated lists differ in length: ${x.length} and ${y.length}`);
  if (x.length < 2) return undefinedBecause(`a correlation needs at least two pairs, here are ${x.length}`);
  if (isConstant(x) || isConstant(y)) return undefinedBecause('one of the variables is constant');
  return null;
}

/** Pearson's correlation. */
export function pearson(x: readonly number[], y: readonly number[], level = 0.95): Outcome<Correlation> {
  const refused = refuse(x, y);
  if (refused) return refused;
  const n = x.length;
  const [cx, cy] = [mean(x), mean(y)];
  const dx = x.map((value) => value - cx);
  const dy = y.map((value) => value - cy);
  const scale = Math.sqrt(sum(dx.map((value) => value * value))) * Math.sqrt(sum(dy.map((value) => value * value)));
  const r = Math.max(-1, Math.min(1, sum(dx.map((value, i) => value * dy[i]!)) / scale));
  const p = n > 2 ? 2 * tSf(Math.abs(r) * Math.sqrt((n - 2) / ((1 - r) * (1 + r))), n - 2) : null;
  if (n < 4) return { defined: true, n, r, p, lo: null, hi: null };
  const half = -normalQuantile((1 - level) / 2) / Math.sqrt(n - 3);
  return { defined: true, n, r, p, lo: Math.tanh(Math.atanh(r) - half), hi: Math.tanh(Math.atanh(r) + half) };
}

/** Spearman's rank correlation: Pearson's of the average ranks, with the same t approximation for p. */
export function spearman(x: readonly number[], y: readonly number[]): Outcome<Correlation> {
  const refused = refuse(x, y);
  return refused ?? pearson(averageRanks(x), averageRanks(y));
}

export interface Kendall {
  tau: number;
  asymptotic: number;
  /** From the distribution of inversions; null with ties, or above 170 pairs. */
  exact: number | null;
}

/** Kendall's τ-b with two-sided p. */
export function kendall(x: readonly number[], y: readonly number[]): Outcome<Kendall> {
  const refused = refuse(x, y);
  if (refused) return refused;
  const n = x.length;
  let concordant = 0;
  let discordant = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const product = Math.sign(x[i]! - x[j]!) * Math.sign(y[i]! - y[j]!);
      if (product > 0) concordant++;
      else if (product < 0) discordant++;
    }
  }
  const pairs = (n * (n - 1)) / 2;
  const moments = (values: readonly number[]) => {
    const sizes = tieSizes(values);
    return {
      pairs: sum(sizes.map((t) => (t * (t - 1)) / 2)),
      triples: sum(sizes.map((t) => t * (t - 1) * (t - 2))),
      spread: sum(sizes.map((t) => t * (t - 1) * (2 * t + 5))),
    };
  };
  const [tx, ty] = [moments(x), moments(y)];
  const difference = concordant - discordant;
  const tau = difference / Math.sqrt(pairs - tx.pairs) / Math.sqrt(pairs - ty.pairs);
  const ordered = n * (n - 1);
  const triples = n > 2 ? (tx.triples * ty.triples) / (9 * ordered * (n - 2)) : 0;
  const spread = (ordered * (2 * n + 5) - tx.spread - ty.spread) / 18 + (2 * tx.pairs * ty.pairs) / ordered + triples;
  const exact = tx.pairs === 0 && ty.pairs === 0 && n <= 170 ? inversionsAtMost(n, Math.min(concordant, discordant)) : null;
  return { defined: true, tau, asymptotic: 2 * normalSf(Math.abs(difference) / Math.sqrt(spread)), exact };
}

/** Twice the share of the n! orders with at most `limit` inversions, capped at 1. */
function inversionsAtMost(n: number, limit: number): number {
  let shares = new Float64Array(limit + 1);
  shares[0] = 1;
  for (let size = 2; size <= n; size++) {
    const next = new Float64Array(limit + 1);
    let window = 0;
    for (let k = 0; k <= limit; k++) {
      window += shares[k]! - (k >= size ? shares[k - size]! : 0);
      next[k] = window / size;
    }
    shares = next;
  }
  return Math.min(1, 2 * sum(shares));
}
