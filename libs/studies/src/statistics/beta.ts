import { findQuantile } from './root';
import { betaTails, type Tails } from './special';

/** P(X ≤ x) of the beta distribution. */
export const betaCdf = (x: number, a: number, b: number): number => betaTails(a, b, x, 1 - x).lower;

/** P(X > x) of the beta distribution. */
export const betaSf = (x: number, a: number, b: number): number => betaTails(a, b, x, 1 - x).upper;

const logistic = (s: number): number => 1 / (1 + Math.exp(-s));

/** log(x / (1 − x)) of the beta quantile: the coordinate in which both ends keep their digits. */
export function betaLogitQuantile(p: number, a: number, b: number): number {
  const tails = (s: number): Tails => betaTails(a, b, logistic(s), logistic(-s));
  return findQuantile(tails, p);
}

/** The x with P(X ≤ x) = p. */
export const betaQuantile = (p: number, a: number, b: number): number => logistic(betaLogitQuantile(p, a, b));
