import { linear, tf } from '@sextant/compute';
import type { Readout } from '../readout';
import type { IndexedDictionary } from '../sparseCodes';
import { largest, smallest, type Extremes } from './extremes';

/** Per feature `count` extreme tokens or features, row-major [n, count]. */
export interface Ranked {
  count: number;
  indices: Int32Array;
  values: Float32Array;
}

export interface GeometryOptions {
  count: number;
  /** Called with the features done, between chunks; may reject to abort. */
  onChunk: (done: number) => Promise<void>;
}

const CHUNK = 256;

/** Unit decoder rows as one tensor [n, dOut]; the caller disposes it. */
export function decoderMatrix(dictionary: Pick<IndexedDictionary, 'n' | 'dOut' | 'decoderRow'>): tf.Tensor2D {
  const { n, dOut } = dictionary;
  const rows = new Float32Array(n * dOut);
  for (let feature = 0; feature < n; feature++) rows.set(dictionary.decoderRow(feature), feature * dOut);
  return tf.tensor2d(rows, [n, dOut]);
}

/**
 * The tokens each feature pushes up and down most: W_U · (gain ⊙ d_i), centred over the vocabulary
 * (papers.md 1.6). The final norm's division is left out, as it only scales.
 */
export async function logitEffects(decoder: tf.Tensor2D, readout: Readout, options: GeometryOptions): Promise<{ positive: Ranked; negative: Ranked }> {
  const { unembedding, centred } = readout;
  const count = Math.min(options.count, unembedding.shape[0]);
  const positive = emptyRanked(decoder.shape[0], count);
  const negative = emptyRanked(decoder.shape[0], count);
  const gain = tf.tensor1d(readout.gain);
  try {
    await eachChunk(decoder, options.onChunk, (rows) => {
      const direction = centred ? rows.sub(rows.mean(1, true)) : rows;
      const logits = linear(direction.mul(gain), unembedding);
      return logits.sub(logits.mean(1, true));
    }, (feature, row) => {
      store(positive, feature, largest(row, count));
      store(negative, feature, smallest(row, count));
    });
  } finally {
    gain.dispose();
  }
  return { positive, negative };
}

/** The features whose decoder rows are nearest by cosine, the feature itself left out. */
export async function decoderNeighbours(decoder: tf.Tensor2D, options: GeometryOptions): Promise<Ranked> {
  const [n] = decoder.shape;
  const ranked = emptyRanked(n, Math.min(options.count, n - 1));
  await eachChunk(decoder, options.onChunk, (rows) => linear(rows, decoder), (feature, row) => store(ranked, feature, largest(row, ranked.count, { skip: feature })));
  return ranked;
}

/** Cosine of each feature's encoder and decoder row; 0 for an encoder row of zeros, and for a transcoder between widths. */
export function encoderCosines(dictionary: Pick<IndexedDictionary, 'n' | 'd' | 'dOut' | 'decoderRow' | 'encoderRow'>): Float32Array {
  if (dictionary.d !== dictionary.dOut) return new Float32Array(dictionary.n);
  return Float32Array.from({ length: dictionary.n }, (_, feature) => {
    const encoder = dictionary.encoderRow(feature);
    const decoder = dictionary.decoderRow(feature);
    let [dot, norm] = [0, 0];
    encoder.forEach((value, j) => {
      dot += value * decoder[j]!;
      norm += value * value;
    });
    return norm === 0 ? 0 : dot / Math.sqrt(norm);
  });
}

async function eachChunk(
  decoder: tf.Tensor2D,
  onChunk: (done: number) => Promise<void>,
  score: (rows: tf.Tensor2D) => tf.Tensor,
  visit: (feature: number, scores: Float32Array) => void,
): Promise<void> {
  const [n, d] = decoder.shape;
  for (let start = 0; start < n; start += CHUNK) {
    await onChunk(start);
    const rows = Math.min(CHUNK, n - start);
    const scores = tf.tidy(() => score(decoder.slice([start, 0], [rows, d])));
    const values = await scores.data<'float32'>();
    scores.dispose();
    const width = values.length / rows;
    for (let row = 0; row < rows; row++) visit(start + row, values.subarray(row * width, (row + 1) * width));
  }
}

function emptyRanked(rows: number, count: number): Ranked {
  return { count, indices: new Int32Array(rows * count), values: new Float32Array(rows * count) };
}

function store(ranked: Ranked, row: number, { indices, values }: Extremes): void {
  ranked.indices.set(indices, row * ranked.count);
  ranked.values.set(values, row * ranked.count);
}
