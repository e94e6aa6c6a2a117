import { noncentralTTails } from './noncentralT';
import { findRoot } from './root';
import { tQuantile } from './studentT';

export interface PowerOptions {
  alpha?: number;
  alternative?: 'two-sided' | 'greater';
}

/** Power of a t test whose statistic has this non-centrality; the two-sided test counts both tails. */
export function tPower(noncentrality: number, df: number, { alpha = 0.05, alternative = 'two-sided' }: PowerOptions = {}): number {
  const critical = -tQuantile(alternative === 'two-sided' ? alpha / 2 : alpha, df);
  const upper = noncentralTTails(critical, df, noncentrality).upper;
  return alternative === 'two-sided' ? upper + noncentralTTails(-critical, df, noncentrality).lower : upper;
}

/** Power of a one-sample or paired t test; `d` is the mean difference over the sd of the differences. */
export const pairedPower = (d: number, n: number, options: PowerOptions = {}): number => tPower(d * Math.sqrt(n), n - 1, options);

/** Power of a two-sample t test with n1 and n2 values. */
export const independentPower = (d: number, n1: number, n2: number, options: PowerOptions = {}): number =>
  tPower(d / Math.sqrt(1 / n1 + 1 / n2), n1 + n2 - 2, options);

/** Pairs needed to detect `d` with this power; fractional, round up. */
export function pairsNeeded(d: number, power = 0.8, options: PowerOptions = {}): number {
  let hi = 4;
  while (pairedPower(d, hi, options) < power) hi *= 2;
  return findRoot((n) => pairedPower(d, n, options) - power, 2, hi);
}

/** Smallest standardised effect a paired test with n pairs detects with this power. */
export const smallestDetectable = (n: number, power = 0.8, options: PowerOptions = {}): number =>
  detectableNoncentrality(n - 1, power, options) / Math.sqrt(n);

/**
 * Non-centrality at which a t test on `df` degrees of freedom reaches this power. Times a standard error it is the
 * minimum detectable effect of any design, clustered ones included.
 */
export function detectableNoncentrality(df: number, power = 0.8, options: PowerOptions = {}): number {
  let hi = 4;
  while (tPower(hi, df, options) < power) hi *= 2;
  return findRoot((noncentrality) => tPower(noncentrality, df, options) - power, 0, hi);
}
