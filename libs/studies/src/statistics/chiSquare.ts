import { findQuantile } from './root';
import { gammaTails, type Tails } from './special';

/** Both tails of the χ² distribution with `df` degrees of freedom. */
export const chiSquareTails = (x: number, df: number): Tails => gammaTails(df / 2, x / 2);

/** P(X ≤ x). */
export const chiSquareCdf = (x: number, df: number): number => chiSquareTails(x, df).lower;

/** P(X > x). */
export const chiSquareSf = (x: number, df: number): number => chiSquareTails(x, df).upper;

/** The x with P(X ≤ x) = p, found on log x so that quantiles near 0 keep their digits. */
export const chiSquareQuantile = (p: number, df: number): number => Math.exp(findQuantile((s) => chiSquareTails(Math.exp(s), df), p));
