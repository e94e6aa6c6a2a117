import { findQuantile } from './root';
import { gammaTails, type Tails } from './special';

/** Both tails of the standard normal distribution at z; accurate to 1e-13 relative up to |z| = 37. */
export function normalTails(z: number): Tails {
  const { upper, lower } = gammaTails(0.5, (z * z) / 2);
  const inner = lower / 2;
  const outer = upper / 2;
  return z < 0 ? { lower: outer, upper: 0.5 + inner } : { lower: 0.5 + inner, upper: outer };
}

/** P(Z ≤ z). */
export const normalCdf = (z: number): number => normalTails(z).lower;

/** P(Z > z). */
export const normalSf = (z: number): number => normalTails(z).upper;

/** The z with P(Z ≤ z) = p. */
export function normalQuantile(p: number): number {
  if (p === 0.5) return 0;
  return p < 0.5 ? -upperQuantile(p) : upperQuantile(1 - p);
}

function upperQuantile(p: number): number {
  return -findQuantile(normalTails, p);
}
