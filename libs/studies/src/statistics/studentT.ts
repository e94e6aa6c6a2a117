import { normalTails } from './normal';
import { findQuantile } from './root';
import { betaTails, type Tails } from './special';

/** Both tails of Student's t with `df` > 0 degrees of freedom (not necessarily whole). */
export function tTails(t: number, df: number): Tails {
  if (Number.isNaN(t) || !(df > 0)) return { lower: NaN, upper: NaN };
  if (df === Infinity) return normalTails(t);
  if (t === Infinity) return { lower: 1, upper: 0 };
  if (t === -Infinity) return { lower: 0, upper: 1 };
  const square = t * t;
  const tails = betaTails(df / 2, 0.5, df / (df + square), square / (df + square));
  const outer = tails.lower / 2;
  const inner = tails.upper / 2;
  return t < 0 ? { lower: outer, upper: 0.5 + inner } : { lower: 0.5 + inner, upper: outer };
}

/** P(T ≤ t). */
export const tCdf = (t: number, df: number): number => tTails(t, df).lower;

/** P(T > t). */
export const tSf = (t: number, df: number): number => tTails(t, df).upper;

/** The t with P(T ≤ t) = p. */
export function tQuantile(p: number, df: number): number {
  if (p === 0.5) return 0;
  const smaller = findQuantile((t) => tTails(t, df), Math.min(p, 1 - p));
  return p < 0.5 ? smaller : -smaller;
}
