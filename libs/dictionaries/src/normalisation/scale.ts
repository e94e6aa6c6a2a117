import { SextantError } from '@sextant/schema';

/** What a set of activations must be measured for; @sextant/activations stores both. */
export interface NormStatistics {
  /** mean ‖x‖² */
  meanSquaredNorm: number;
  /** mean ‖x‖ */
  meanNorm: number;
}

/**
 * The scalar s of papers.md 1.1, with which x·s is what a dictionary trains on.
 * - `mean-square` (Scaling Monosemanticity): sqrt(d / mean ‖x‖²)
 * - `expected-average` (April 2024 update, SAELens): sqrt(d) / mean ‖x‖
 * - `none`: 1
 */
export type ScaleRule = 'mean-square' | 'expected-average' | 'none';

/** @throws SextantError INVALID_INPUT when the activations are all zero or not finite */
export function activationScale(rule: ScaleRule, statistics: NormStatistics, d: number): number {
  const { meanSquaredNorm, meanNorm } = statistics;
  const scale = rule === 'none' ? 1 : rule === 'mean-square' ? Math.sqrt(d / meanSquaredNorm) : Math.sqrt(d) / meanNorm;
  if (Number.isFinite(scale) && scale > 0) return scale;
  throw new SextantError('INVALID_INPUT', `cannot normalise activations of mean squared norm ${meanSquaredNorm} and mean norm ${meanNorm}`, {
    field: 'statistics',
    value: meanSquaredNorm,
  });
}
