/**
 * Type-7 quantile (Hyndman and Fan 1996; the default of R and NumPy) of values sorted in ascending order:
 * linear interpolation at h = (n − 1) p. NaN for no values.
 */
export function quantile(sorted: ArrayLike<number>, p: number): number {
  if (sorted.length === 0) return NaN;
  const h = (sorted.length - 1) * p;
  const below = sorted[Math.floor(h)]!;
  return below + (h - Math.floor(h)) * (sorted[Math.ceil(h)]! - below);
}
