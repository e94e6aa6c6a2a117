import type { Point } from './point';

/** Seconds of a TopK step = encoder · d·F·batch + sparse · d·k·batch + update · d·F. */
export interface StepCost {
  /** Seconds per multiply–add of the dense encoder. */
  encoder: number;
  /** Seconds per number of an active feature's row. */
  sparse: number;
  /** Seconds per weight of one matrix. */
  update: number;
  /** Largest relative difference from a measured point. */
  worst: number;
}

const termsOf = ({ d = 0, n = 0, k = 0, batch = 0 }: Record<string, number>): number[] => [d * n * batch, d * k * batch, d * n];

/**
 * The three coefficients by least squares of the relative error, none below 0 (coordinate descent).
 * @throws TypeError without points
 */
export function fitStepCost(points: readonly Point[]): StepCost {
  if (points.length === 0) throw new TypeError('there are no points to fit');
  // Each row divided by its seconds: the target is 1 everywhere.
  const rows = points.map(({ sizes, seconds }) => termsOf(sizes).map((term) => term / seconds));
  const scale = [0, 1, 2].map((j) => Math.max(...rows.map((row) => row[j]!)));
  const scaled = rows.map((row) => row.map((value, j) => value / scale[j]!));
  const weights = [0, 0, 0];
  for (let sweep = 0; sweep < 20_000; sweep++) {
    for (const j of [0, 1, 2]) {
      let [gradient, square] = [0, 0];
      for (const row of scaled) {
        const rest = 1 - row.reduce((sum, value, i) => sum + (i === j ? 0 : value * weights[i]!), 0);
        gradient += row[j]! * rest;
        square += row[j]! ** 2;
      }
      weights[j] = Math.max(0, gradient / square);
    }
  }
  const [encoder = 0, sparse = 0, update = 0] = weights.map((weight, j) => weight / scale[j]!);
  const worst = Math.max(...scaled.map((row) => Math.abs(1 - row.reduce((sum, value, j) => sum + value * weights[j]!, 0))));
  return { encoder, sparse, update, worst };
}

export function stepSeconds({ encoder, sparse, update }: StepCost, sizes: Record<string, number>): number {
  const [a = 0, b = 0, c = 0] = termsOf(sizes);
  return encoder * a + sparse * b + update * c;
}
