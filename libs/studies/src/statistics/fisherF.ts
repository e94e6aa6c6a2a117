import { betaLogitQuantile } from './beta';
import { betaTails, type Tails } from './special';

/** Both tails of Fisher's F with (df1, df2) degrees of freedom. */
export function fTails(x: number, df1: number, df2: number): Tails {
  if (x <= 0) return { lower: 0, upper: 1 };
  const scaled = df1 * x;
  return betaTails(df1 / 2, df2 / 2, scaled / (scaled + df2), df2 / (scaled + df2));
}

/** P(F ≤ x). */
export const fCdf = (x: number, df1: number, df2: number): number => fTails(x, df1, df2).lower;

/** P(F > x). */
export const fSf = (x: number, df1: number, df2: number): number => fTails(x, df1, df2).upper;

/** The x with P(F ≤ x) = p. */
export const fQuantile = (p: number, df1: number, df2: number): number => (df2 / df1) * Math.exp(betaLogitQuantile(p, df1 / 2, df2 / 2));
