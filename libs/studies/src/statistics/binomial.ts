import { betaPrefactor, betaTails, type Tails } from './special';

/** P(K = k) for K ~ Binomial(n, p). */
export function binomialPmf(k: number, n: number, p: number): number {
  if (!(k >= 0 && k <= n) || !Number.isInteger(k)) return 0;
  if (p <= 0) return k === 0 ? 1 : 0;
  if (p >= 1) return k === n ? 1 : 0;
  if (k === 0) return Math.exp(n * Math.log1p(-p));
  if (k === n) return Math.exp(n * Math.log(p));
  return betaPrefactor(k + 1, n - k + 1, p, 1 - p) / ((n + 1) * p * (1 - p));
}

/** P(K ≤ k) and P(K > k). */
export function binomialTails(k: number, n: number, p: number): Tails {
  const whole = Math.floor(k);
  if (whole < 0) return { lower: 0, upper: 1 };
  if (whole >= n) return { lower: 1, upper: 0 };
  const tails = betaTails(n - whole, whole + 1, 1 - p, p);
  return tails;
}

/** P(K ≤ k). */
export const binomialCdf = (k: number, n: number, p: number): number => binomialTails(k, n, p).lower;

/** P(K > k). */
export const binomialSf = (k: number, n: number, p: number): number => binomialTails(k, n, p).upper;

/** The smallest k with P(K ≤ k) ≥ q; a q that equals a step of the cdf up to rounding counts as reached. */
export function binomialQuantile(q: number, n: number, p: number): number {
  const reached = q * (1 - 64 * 2 ** -52);
  let lo = -1;
  let hi = n;
  while (hi - lo > 1) {
    const middle = Math.floor((lo + hi) / 2);
    if (binomialCdf(middle, n, p) >= reached) hi = middle;
    else lo = middle;
  }
  return hi;
}

/**
 * Exact two-sided binomial test: the probability of every outcome no likelier than the observed one
 * (the convention of R and scipy).
 */
export function binomialTest(k: number, n: number, p: number): number {
  const limit = binomialPmf(k, n, p) * (1 + 1e-7);
  const mode = Math.min(n, Math.floor((n + 1) * p));
  if (binomialPmf(mode, n, p) <= limit) return 1;
  if (k < mode) {
    let lo = mode;
    let hi = n + 1;
    while (hi - lo > 1) {
      const middle = Math.floor((lo + hi) / 2);
      if (binomialPmf(middle, n, p) <= limit) hi = middle;
      else lo = middle;
    }
    return Math.min(1, binomialCdf(k, n, p) + (hi > n ? 0 : binomialSf(hi - 1, n, p)));
  }
  let lo = -1;
  let hi = mode;
  while (hi - lo > 1) {
    const middle = Math.floor((lo + hi) / 2);
    if (binomialPmf(middle, n, p) <= limit) lo = middle;
    else hi = middle;
  }
  return Math.min(1, binomialSf(k - 1, n, p) + (lo < 0 ? 0 : binomialCdf(lo, n, p)));
}
