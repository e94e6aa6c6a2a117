import { z } from 'zod';

/** Sums over the tokens of one shard, in float64; JSON keeps float64 exactly, so a resumed harvest adds up the same. */
export const sumsSchema = z.object({
  tokens: z.number().int().nonnegative(),
  norm: z.number(),
  squaredNorm: z.number(),
  maxAbsolute: z.number(),
  vector: z.array(z.number()),
});
export type Sums = z.infer<typeof sumsSchema>;

/** What normalisation needs to know of a set of activations (papers.md 1.1), in model units. */
export interface ActivationStatistics {
  /** mean ‖x‖ */
  meanNorm: number;
  /** mean ‖x‖² */
  meanSquaredNorm: number;
  /** max |x_j| over all tokens and dimensions */
  maxAbsolute: number;
  /** mean x, length d */
  mean: number[];
}

/** Sums over row-major values [tokens, d]. */
export function sumActivations(values: Float32Array, d: number): Sums {
  const vector = new Float64Array(d);
  let [norm, squaredNorm, maxAbsolute] = [0, 0, 0];
  for (let start = 0; start < values.length; start += d) {
    let squared = 0;
    for (let j = 0; j < d; j++) {
      const value = values[start + j]!;
      squared += value * value;
      vector[j]! += value;
      if (Math.abs(value) > maxAbsolute) maxAbsolute = Math.abs(value);
    }
    squaredNorm += squared;
    norm += Math.sqrt(squared);
  }
  return { tokens: values.length / d, norm, squaredNorm, maxAbsolute, vector: Array.from(vector) };
}

/** Statistics of all shards together, added in their order. */
export function combineSums(all: readonly Sums[]): ActivationStatistics {
  const d = all[0]?.vector.length ?? 0;
  const mean = new Float64Array(d);
  let [tokens, norm, squaredNorm, maxAbsolute] = [0, 0, 0, 0];
  for (const sums of all) {
    tokens += sums.tokens;
    norm += sums.norm;
    squaredNorm += sums.squaredNorm;
    maxAbsolute = Math.max(maxAbsolute, sums.maxAbsolute);
    for (let j = 0; j < d; j++) mean[j]! += sums.vector[j]!;
  }
  return { meanNorm: norm / tokens, meanSquaredNorm: squaredNorm / tokens, maxAbsolute, mean: Array.from(mean, (sum) => sum / tokens) };
}
