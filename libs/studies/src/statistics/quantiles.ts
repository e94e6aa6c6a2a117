import { SextantError } from '@sextant/schema';

/** Type-7 quantile of an ascending list: linear interpolation at position (n − 1) q (Hyndman and Fan 1996). */
export function quantileOfSorted(sorted: ArrayLike<number>, q: number): number {
  if (sorted.length === 0) throw new SextantError('INVALID_INPUT', 'a quantile needs at least one value');
  if (!(q >= 0 && q <= 1)) throw new SextantError('INVALID_INPUT', `a quantile level lies between 0 and 1, got ${q}`);
  const position = (sorted.length - 1) * q;
  const below = Math.floor(position);
  const share = position - below;
  const lower = sorted[below]!;
  const upper = sorted[Math.min(below + 1, sorted.length - 1)]!;
  // From the nearer end, so that the interpolation is exact at both.
  return share < 0.5 ? lower + (upper - lower) * share : upper - (upper - lower) * (1 - share);
}

/** Type-7 quantiles of unordered values. */
export function quantiles(values: ArrayLike<number>, levels: readonly number[]): number[] {
  const sorted = Float64Array.from(values).sort();
  return levels.map((level) => quantileOfSorted(sorted, level));
}

export const median = (values: ArrayLike<number>): number => quantiles(values, [0.5])[0]!;
