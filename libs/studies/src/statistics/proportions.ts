import { SextantError, type Interval } from '@sextant/schema';
import { betaQuantile, betaSf } from './beta';
import { normalQuantile } from './normal';
import { logGamma } from './special';

function check(x: number, n: number): void {
  if (!(n > 0) || !(x >= 0 && x <= n)) throw new SextantError('INVALID_INPUT', `a proportion needs 0 ≤ x ≤ n and n > 0, got x = ${x}, n = ${n}`);
}

const twoSidedZ = (level: number): number => -normalQuantile((1 - level) / 2);

/** Wilson's score interval. `x` and `n` may be fractional (an effective sample size). */
export function wilson(x: number, n: number, level = 0.95): Interval {
  check(x, n);
  const z = twoSidedZ(level);
  const p = x / n;
  const shrink = 1 + (z * z) / n;
  const centre = (p + (z * z) / (2 * n)) / shrink;
  const half = (z / shrink) * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n));
  return { estimate: p, lo: x === 0 ? 0 : Math.max(0, centre - half), hi: x === n ? 1 : Math.min(1, centre + half) };
}

/** Clopper and Pearson's exact interval: it never covers less than its level. */
export function clopperPearson(x: number, n: number, level = 0.95): Interval {
  check(x, n);
  const tail = (1 - level) / 2;
  return {
    estimate: x / n,
    lo: x === 0 ? 0 : betaQuantile(tail, x, n - x + 1),
    hi: x === n ? 1 : betaQuantile(1 - tail, x + 1, n - x),
  };
}

/** Posterior of a proportion under a Beta(a, b) prior, with its equal-tailed credible interval. */
export interface BetaPosterior extends Interval {
  a: number;
  b: number;
  sd: number;
  probabilityAbove: (threshold: number) => number;
}

/** Beta-binomial posterior after x of n. The Jeffreys prior is a = b = ½, the uniform one a = b = 1. */
export function betaBinomial(x: number, n: number, { a = 0.5, b = 0.5, level = 0.95 } = {}): BetaPosterior {
  check(x, n);
  const alpha = a + x;
  const beta = b + n - x;
  const total = alpha + beta;
  const tail = (1 - level) / 2;
  return {
    a: alpha,
    b: beta,
    estimate: alpha / total,
    sd: Math.sqrt((alpha * beta) / (total * total * (total + 1))),
    lo: betaQuantile(tail, alpha, beta),
    hi: betaQuantile(1 - tail, alpha, beta),
    probabilityAbove: (threshold) => betaSf(threshold, alpha, beta),
  };
}

/** Jeffreys interval: plain quantiles of Beta(x + ½, n − x + ½), without special ends at 0 and n. */
export function jeffreys(x: number, n: number, level = 0.95): Interval {
  const { lo, hi } = betaBinomial(x, n, { level });
  return { estimate: x / n, lo, hi };
}

/** Probabilities of k = 0..draws successes in the next `draws` trials, under a Beta(a, b) belief. */
export function betaBinomialPmf(draws: number, a: number, b: number): number[] {
  const base = logGamma(draws + 1) + logGamma(a + b) - logGamma(a) - logGamma(b) - logGamma(draws + a + b);
  return Array.from({ length: draws + 1 }, (_, k) =>
    Math.exp(base + logGamma(k + a) + logGamma(draws - k + b) - logGamma(k + 1) - logGamma(draws - k + 1)),
  );
}

/** Agresti–Coull interval, clipped to [0, 1]. */
export function agrestiCoull(x: number, n: number, level = 0.95): Interval {
  check(x, n);
  const z = twoSidedZ(level);
  const total = n + z * z;
  const centre = (x + (z * z) / 2) / total;
  const half = z * Math.sqrt((centre * (1 - centre)) / total);
  return { estimate: x / n, lo: Math.max(0, centre - half), hi: Math.min(1, centre + half) };
}

/** Wald's interval, clipped to [0, 1]; here for comparison, it undercovers near 0 and 1. */
export function wald(x: number, n: number, level = 0.95): Interval {
  check(x, n);
  const p = x / n;
  const half = twoSidedZ(level) * Math.sqrt((p * (1 - p)) / n);
  return { estimate: p, lo: Math.max(0, p - half), hi: Math.min(1, p + half) };
}
