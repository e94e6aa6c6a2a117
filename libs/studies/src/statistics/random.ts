/** The part of a seeded generator (`Rng` of @sextant/compute) that the resampling procedures draw from. */
export interface RandomSource {
  /** Uniform on [0, 1). */
  uniform(): number;
  /** Uniform whole number in [0, n). */
  int(n: number): number;
}
