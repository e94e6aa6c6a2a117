import { trainDictionary } from '@sextant/dictionaries';
import { Rng } from '@sextant/compute';
import { transposed } from '../inputs/transposed';
import { fastest } from './fastest';
import { stepBytes, stepFlops, type DictionarySizes } from './dictionaryFormulas';
import type { Point } from './point';

/** A TopK step on planted activations, with a dictionary near what they are made of. */
export async function measureStep(sizes: DictionarySizes, where: { curve: string; x: number; threads: number }): Promise<Point> {
  const { d, n, k, batch } = sizes;
  const { x, directions } = plantedBatch(sizes);
  const asked: number[] = [];
  const warmup = 1;
  const trained = await trainDictionary({
    architecture: 'topk', options: { k }, d, n, batchSize: batch, steps: warmup + 4, learningRate: 1e-5, decaySteps: 0, metricsEvery: 1000,
    initial: { W_dec: directions, W_enc: transposed(directions, n, d) },
    batches: () => ({ next: () => (asked.push(performance.now()), x), state: () => null }),
  });
  trained.dictionary.dispose();
  const seconds = fastest(asked.slice(warmup));
  const { encoder, sparse } = stepFlops(sizes);
  return { ...where, sizes: { ...sizes }, seconds, tokens: batch, flops: encoder + sparse, bytes: stepBytes(sizes) };
}

function plantedBatch({ d, n, k, batch }: DictionarySizes): { x: Float32Array; directions: Float32Array } {
  const rng = new Rng(3);
  const directions = rng.normals(n * d, 1 / Math.sqrt(d));
  const x = rng.normals(batch * d, 0.05);
  for (let row = 0; row < batch; row++) {
    for (let j = 0; j < k; j++) {
      const [from, strength] = [rng.int(n) * d, 0.5 + rng.uniform()];
      for (let t = 0; t < d; t++) x[row * d + t]! += strength * directions[from + t]!;
    }
  }
  return { x, directions };
}
