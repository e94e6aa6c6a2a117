import type { Interval } from '@sextant/schema';
import { benjaminiHochberg } from './multipleTesting';
import { tQuantile, tSf } from './studentT';

export interface FcrResult {
  p: number[];
  /** Positions selected by Benjamini–Hochberg at q. */
  selected: number[];
  /** Confidence level of the intervals; null when nothing is selected. */
  level: number | null;
  intervals: Interval[];
}

/**
 * False-coverage-rate intervals (Benjamini and Yekutieli 2005): estimates selected by BH at `q` get intervals of
 * level 1 − R q / m, so that among the intervals shown the expected share that misses is at most q.
 */
export function fcrIntervals(estimates: readonly number[], ses: readonly number[], df: number, q: number): FcrResult {
  const p = estimates.map((estimate, i) => 2 * tSf(Math.abs(estimate / ses[i]!), df));
  const adjusted = benjaminiHochberg(p);
  const selected = adjusted.flatMap((value, i) => (value <= q ? [i] : []));
  if (selected.length === 0) return { p, selected, level: null, intervals: [] };
  const missed = (selected.length * q) / estimates.length;
  const t = -tQuantile(missed / 2, df);
  const intervals = selected.map((i) => ({ estimate: estimates[i]!, lo: estimates[i]! - t * ses[i]!, hi: estimates[i]! + t * ses[i]! }));
  return { p, selected, level: 1 - missed, intervals };
}
