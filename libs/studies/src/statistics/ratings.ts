import { SextantError } from '@sextant/schema';
import { invertPositive, multiply } from './linearAlgebra';
import { mean } from './moments';
import { undefinedBecause, type Outcome } from './outcome';

/** Points of Elo per unit of log-strength. */
export const eloPerLogStrength = 400 / Math.LN10;

export interface BradleyTerry {
  /** Sum to zero. */
  logStrength: number[];
  se: number[];
  covariance: number[][];
  logLikelihood: number;
}

/**
 * Bradley–Terry strengths from wins[i][j] (wins of i over j, ties as half to each) by Newton's method; the covariance
 * is the inverse information on the space where strengths sum to zero. Undefined unless every player can be reached
 * from every other along wins: otherwise the likelihood has no finite maximum.
 */
export function bradleyTerry(wins: readonly (readonly number[])[]): Outcome<BradleyTerry> {
  const n = wins.length;
  const stranded = unreachable(wins);
  if (stranded !== null) return undefinedBecause(`no chain of wins leads from player ${stranded.from} to player ${stranded.to}`);
  const even = 1 / n;
  let theta = new Array<number>(n).fill(0);
  for (let iteration = 0; iteration < 200; iteration++) {
    const chance = theta.map((a) => theta.map((b) => 1 / (1 + Math.exp(b - a))));
    const games = wins.map((row, i) => row.map((value, j) => value + wins[j]![i]!));
    const slope = wins.map((row, i) => row.reduce((total, value, j) => total + value - games[i]![j]! * chance[i]![j]!, 0));
    const weight = games.map((row, i) => row.map((value, j) => (i === j ? 0 : value * chance[i]![j]! * (1 - chance[i]![j]!))));
    const information = weight.map((row, i) => row.map((value, j) => (i === j ? row.reduce((a, b) => a + b, 0) : -value) + even));
    const inverted = invertPositive(information);
    if (!inverted.defined) return inverted;
    const step = multiply(inverted.inverse, slope);
    const moved = theta.map((value, i) => value + step[i]!);
    const centre = mean(moved);
    theta = moved.map((value) => value - centre);
    if (step.every((value) => Math.abs(value) < 1e-13)) {
      const covariance = inverted.inverse.map((row) => row.map((value) => value - even));
      const logLikelihood = wins.reduce((total, row, i) => total + row.reduce((t, value, j) => t + (value && value * Math.log(chance[i]![j]!)), 0), 0);
      return { defined: true, logStrength: theta, se: covariance.map((row, i) => Math.sqrt(row[i]!)), covariance, logLikelihood };
    }
  }
  return undefinedBecause('the strengths did not converge in 200 steps');
}

function unreachable(wins: readonly (readonly number[])[]): { from: number; to: number } | null {
  const reach = (start: number, edge: (i: number, j: number) => boolean) => {
    const seen = new Set([start]);
    for (const i of seen) wins.forEach((_, j) => edge(i, j) && seen.add(j));
    return wins.findIndex((_, j) => !seen.has(j));
  };
  const to = reach(0, (i, j) => wins[i]![j]! > 0);
  if (to >= 0) return { from: 0, to };
  const from = reach(0, (i, j) => wins[j]![i]! > 0);
  return from >= 0 ? { from, to: 0 } : null;
}

/** Ratings after games [a, b, score of a] in order; expected score 1 / (1 + 10^((R_b − R_a) / 400)). */
export function eloSequence(players: number, games: readonly (readonly [number, number, number])[], { k = 32, start = 1000 } = {}): number[] {
  const ratings = new Array<number>(players).fill(start);
  for (const [a, b, score] of games) {
    if (!(a in ratings) || !(b in ratings)) throw new SextantError('INVALID_INPUT', `game names player ${a in ratings ? b : a} of ${players}`);
    const expected = 1 / (1 + 10 ** ((ratings[b]! - ratings[a]!) / 400));
    ratings[a]! += k * (score - expected);
    ratings[b]! -= k * (score - expected);
  }
  return ratings;
}
