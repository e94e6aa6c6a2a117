import { binomialCdf, binomialPmf } from './binomial';
import { chiSquareSf } from './chiSquare';
import { undefinedBecause, type Outcome } from './outcome';

export interface McNemar {
  /** Items that changed, either way: b + c. */
  discordant: number;
  /** Exact two-sided binomial p, capped at 1. */
  exact: number;
  /** Exact p less half the probability of the observed split counted twice: less conservative, still near its level. */
  mid: number;
  chiSquare: number;
  chiSquareP: number;
  /** With the continuity correction. */
  correctedP: number;
}

/**
 * McNemar's test of paired binary outcomes: `b` items changed one way and `c` the other.
 * Undefined when nothing changed (the mid-p formula would give 0 there).
 */
export function mcNemar(b: number, c: number): Outcome<McNemar> {
  const n = b + c;
  if (n === 0) return undefinedBecause('no item changed its outcome');
  const fewer = Math.min(b, c);
  const exact = Math.min(1, 2 * binomialCdf(fewer, n, 0.5));
  const chiSquare = (b - c) ** 2 / n;
  return {
    defined: true,
    discordant: n,
    exact,
    mid: exact - binomialPmf(fewer, n, 0.5),
    chiSquare,
    chiSquareP: chiSquareSf(chiSquare, 1),
    correctedP: chiSquareSf((Math.abs(b - c) - 1) ** 2 / n, 1),
  };
}
