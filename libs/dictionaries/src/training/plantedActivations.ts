import { Rng } from '@sextant/compute';
import type { BatchSource } from './trainDictionary';

interface PlantedOptions {
  d: number;
  batchSize: number;
  /** Number of directions. */
  truth?: number;
  /** Directions in each row's mix. */
  active?: number;
  seed?: number;
}

/**
 * Activations made of known directions: each row is a mean plus a sparse non-negative mix of `truth` unit vectors plus
 * noise. A batch depends on the seed and its number alone, so a stream opened at a state continues bit for bit.
 */
export function plantedActivations({ d, batchSize, truth = 2 * d, active = 3, seed = 1 }: PlantedOptions): {
  directions: Float32Array;
  batches: (state: unknown) => BatchSource;
} {
  const rng = new Rng(seed);
  const mean = rng.normals(d, 0.3);
  const directions = rng.normals(truth * d);
  for (let i = 0; i < truth; i++) {
    const row = directions.subarray(i * d, (i + 1) * d);
    const norm = Math.hypot(...row);
    for (let t = 0; t < d; t++) row[t]! /= norm;
  }
  const batch = (number: number) => {
    const draw = rng.fork(`batch ${number}`);
    const x = draw.normals(batchSize * d, 0.05);
    for (let r = 0; r < batchSize; r++) {
      for (let t = 0; t < d; t++) x[r * d + t]! += mean[t]!;
      for (let j = 0; j < active; j++) {
        const [direction, strength] = [draw.int(truth), 0.5 + draw.uniform()];
        for (let t = 0; t < d; t++) x[r * d + t]! += strength * directions[direction * d + t]!;
      }
    }
    return x;
  };
  return {
    directions,
    batches: (state) => {
      let at = typeof state === 'number' ? state : 0;
      return { next: () => batch(at++), state: () => at };
    },
  };
}
