import type { Histogram } from '@sextant/schema';

/** Counts in equal bins from the smallest to the largest value; no values give no bins. */
export function histogramOf(values: readonly number[], bins: number): Histogram {
  if (values.length === 0) return { edges: [], counts: [] };
  let [lo, hi] = [Infinity, -Infinity];
  for (const value of values) {
    lo = Math.min(lo, value);
    hi = Math.max(hi, value);
  }
  if (lo === hi) return { edges: [lo, lo], counts: [values.length] };
  const counts = new Array<number>(bins).fill(0);
  for (const value of values) counts[Math.min(bins - 1, Math.floor(((value - lo) / (hi - lo)) * bins))]!++;
  return { edges: Array.from({ length: bins + 1 }, (_, i) => lo + ((hi - lo) * i) / bins), counts };
}
