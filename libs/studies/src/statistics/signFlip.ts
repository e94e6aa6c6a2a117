import { SextantError } from '@sextant/schema';
import { clusterSums } from './clusterRobust';
import type { RandomSource } from './random';

export interface SignFlip {
  /** All 2^G patterns when exact, else the number of random draws plus the observed one. */
  patterns: number;
  exact: boolean;
  /** Patterns whose sum is at least as far from 0 as the observed one, the observed one included. */
  twoSided: number;
  greater: number;
  less: number;
  p: number;
  pGreater: number;
  pLess: number;
}

export interface SignFlipOptions {
  /** Source of the random patterns, used above `exactUpTo` groups. */
  rng?: RandomSource;
  draws?: number;
  exactUpTo?: number;
}

/** Sums that differ by less than this share of Σ|d| are equal: the same numbers added in another order. */
const TIE = 1e-12;

/**
 * Sign-flip permutation test of a mean of 0. Under the null each group's sum is as likely positive as negative,
 * so every pattern of signs is as likely as the observed one. Enumerated up to `exactUpTo` (16) groups, else by
 * `draws` (9,999) random patterns with the observed one counted in, so p is never 0 (Phipson and Smyth 2010).
 * @throws SextantError INVALID_INPUT for an empty list, or when random patterns are needed and no rng is given.
 */
export function signFlip(sums: readonly number[], { rng, draws = 9_999, exactUpTo = 16 }: SignFlipOptions = {}): SignFlip {
  if (sums.length === 0) throw new SextantError('INVALID_INPUT', 'a sign-flip test needs at least one group');
  const observed = sums.reduce((total, value) => total + value, 0);
  const tie = TIE * sums.reduce((total, value) => total + Math.abs(value), 0);
  const count = { twoSided: 0, greater: 0, less: 0 };
  const tally = (value: number) => {
    if (Math.abs(value) >= Math.abs(observed) - tie) count.twoSided++;
    if (value >= observed - tie) count.greater++;
    if (value <= observed + tie) count.less++;
  };
  const exact = sums.length <= exactUpTo;
  let patterns: number;
  if (exact) {
    patterns = 2 ** sums.length;
    visitPatterns(sums, 0, 0, tally);
  } else {
    if (!rng) throw new SextantError('INVALID_INPUT', `${sums.length} groups are too many to enumerate: pass an rng`);
    patterns = draws + 1;
    tally(observed);
    for (let draw = 0; draw < draws; draw++) tally(randomPattern(sums, rng));
  }
  return { patterns, exact, ...count, p: count.twoSided / patterns, pGreater: count.greater / patterns, pLess: count.less / patterns };
}

/** Sign-flip test of item differences whose clusters are flipped as wholes. */
export function clusterSignFlip(values: readonly number[], clusters: readonly (string | number)[], options: SignFlipOptions = {}): SignFlip {
  return signFlip(clusterSums(values, clusters), options);
}

function visitPatterns(sums: readonly number[], depth: number, total: number, tally: (value: number) => void): void {
  if (depth === sums.length) return tally(total);
  visitPatterns(sums, depth + 1, total + sums[depth]!, tally);
  visitPatterns(sums, depth + 1, total - sums[depth]!, tally);
}

function randomPattern(sums: readonly number[], rng: RandomSource): number {
  let total = 0;
  let bits = 0;
  for (let i = 0; i < sums.length; i++) {
    if (i % 24 === 0) bits = Math.floor(rng.uniform() * 2 ** 24);
    total += bits & 1 ? sums[i]! : -sums[i]!;
    bits >>= 1;
  }
  return total;
}
