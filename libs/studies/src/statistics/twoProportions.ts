import type { Interval } from '@sextant/schema';
import { normalQuantile } from './normal';
import { wilson } from './proportions';
import { logGamma } from './special';

/** Newcombe's interval of p1 − p2 from the two Wilson intervals (method 10, without continuity correction). */
export function newcombe(x1: number, n1: number, x2: number, n2: number, level = 0.95): Interval {
  const one = wilson(x1, n1, level);
  const two = wilson(x2, n2, level);
  const estimate = one.estimate - two.estimate;
  return {
    estimate,
    lo: estimate - Math.hypot(one.estimate - one.lo, two.hi - two.estimate),
    hi: estimate + Math.hypot(one.hi - one.estimate, two.estimate - two.lo),
  };
}

/** Wald's interval of p1 − p2. */
export function waldDifference(x1: number, n1: number, x2: number, n2: number, level = 0.95): Interval {
  const p1 = x1 / n1;
  const p2 = x2 / n2;
  const half = -normalQuantile((1 - level) / 2) * Math.sqrt((p1 * (1 - p1)) / n1 + (p2 * (1 - p2)) / n2);
  return { estimate: p1 - p2, lo: p1 - p2 - half, hi: p1 - p2 + half };
}

/** Agresti and Caffo's interval: Wald's after adding one success and one failure to each side. */
export function agrestiCaffo(x1: number, n1: number, x2: number, n2: number, level = 0.95): Interval {
  const { lo, hi } = waldDifference(x1 + 1, n1 + 2, x2 + 1, n2 + 2, level);
  return { estimate: x1 / n1 - x2 / n2, lo, hi };
}

/** Fisher's exact test of two proportions: all tables with the same margins no likelier than the observed one. */
export function fisherExact(x1: number, n1: number, x2: number, n2: number): number {
  const successes = x1 + x2;
  const total = n1 + n2;
  const logChoose = (n: number, k: number) => logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
  const logPmf = (k: number) => logChoose(n1, k) + logChoose(n2, successes - k) - logChoose(total, successes);
  const limit = logPmf(x1) + 1e-7;
  let p = 0;
  for (let k = Math.max(0, successes - n2); k <= Math.min(n1, successes); k++) {
    const value = logPmf(k);
    if (value <= limit) p += Math.exp(value);
  }
  return Math.min(1, p);
}
