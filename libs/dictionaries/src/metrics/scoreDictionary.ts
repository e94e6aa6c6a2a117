import { tf } from '@sextant/compute';
import { SextantError, type DictionaryScores } from '@sextant/schema';
import type { Dictionary } from '../dictionary';
import { ceRecovered, type CrossEntropies } from './languageModel';
import { ReconstructionSums, type ReconstructionMetrics } from './reconstruction';
import { SparsityCounts, type SparsityMetrics } from './sparsity';

export interface ScoreOptions {
  dictionary: Dictionary;
  /** Activations the dictionary was not trained on: arrays [N, d], row-major, model units. */
  batches: Iterable<Float32Array> | AsyncIterable<Float32Array>;
  /** Runs the language model with the hook left alone, reconstructed, and zeroed; see `spliceHook`. */
  crossEntropies?: () => CrossEntropies | Promise<CrossEntropies>;
  onProgress?: (tokens: number) => void;
  signal?: AbortSignal;
}

export interface DictionaryScore {
  /** As the lab records them. */
  scores: DictionaryScores;
  reconstruction: ReconstructionMetrics;
  sparsity: SparsityMetrics;
}

/**
 * Scores a dictionary; every sum in float64. "Dead" means silent on all tokens given, whose number is recorded as the
 * window.
 * @throws SextantError INVALID_INPUT without tokens, CANCELLED
 */
export async function scoreDictionary({ dictionary, batches, crossEntropies, onProgress, signal }: ScoreOptions): Promise<DictionaryScore> {
  const sums = new ReconstructionSums(dictionary.d);
  const counts = new SparsityCounts(dictionary.n);
  let tokens = 0;
  for await (const batch of batches) {
    if (signal?.aborted) throw new SextantError('CANCELLED', `scoring was cancelled after ${tokens} tokens`, { value: tokens });
    const rows = batch.length / dictionary.d;
    if (!Number.isInteger(rows)) {
      throw new SextantError('INVALID_INPUT', `a batch of ${batch.length} numbers is not rows of width ${dictionary.d}`, { field: 'batches', value: batch.length });
    }
    const x = tf.tensor2d(batch, [rows, dictionary.d]);
    try {
      counts.add(dictionary.encodeSparse(x));
      sums.add(batch, tf.tidy(() => dictionary.reconstruct(x).dataSync()));
    } finally {
      x.dispose();
    }
    tokens += rows;
    onProgress?.(tokens);
  }
  if (tokens === 0) throw new SextantError('INVALID_INPUT', 'there are no activations to score the dictionary on', { field: 'batches' });
  const entropies = crossEntropies ? await crossEntropies() : null;
  const [reconstruction, sparsity] = [sums.metrics(), counts.metrics()];
  const { explainedVariance, mse, cosine, l2Ratio } = reconstruction;
  return {
    reconstruction,
    sparsity,
    scores: {
      l0: sparsity.l0,
      explainedVariance,
      mse,
      cosine,
      l2Ratio,
      deadShare: sparsity.deadShare,
      deadWindowTokens: tokens,
      ceClean: entropies?.clean ?? null,
      ceSpliced: entropies?.spliced ?? null,
      ceZero: entropies?.zero ?? null,
      ceRecovered: entropies && ceRecovered(entropies),
      evalTokens: tokens,
    },
  };
}

/** What a hook function needs to know of the tokens it sees. */
interface SplicePosition {
  /** [B·T], 1 = a real token */
  mask: ArrayLike<number>;
  /** [B·T], counted from each sequence's first real token */
  positions: ArrayLike<number>;
}

/**
 * A hook function that replaces activations by their reconstruction, or by zeros, except at padding and at the first
 * `skipFirst` tokens of a sequence: dictionaries are not trained on BOS, whose norm dwarfs every other token's.
 * @returns for use as `fn` of a model hook; values may have any shape whose last axis is d
 */
export function spliceHook(replacement: Dictionary | 'zero', { skipFirst = 1 } = {}): (value: tf.Tensor, context: SplicePosition) => tf.Tensor {
  return (value, { mask, positions }) =>
    tf.tidy(() => {
      const d = value.shape[value.shape.length - 1] ?? 1;
      const rows = value.size / d;
      const touched = Float32Array.from({ length: rows }, (_, row) => (mask[row] === 1 && positions[row]! >= skipFirst ? 1 : 0));
      const flat = value.reshape<tf.Tensor2D>([rows, d]);
      const other = replacement === 'zero' ? tf.zerosLike(flat) : replacement.reconstruct(flat);
      const chosen = tf.tensor2d(touched, [rows, 1]);
      return tf.add(tf.mul(other, chosen), tf.mul(flat, tf.sub(1, chosen))).reshape(value.shape);
    });
}
