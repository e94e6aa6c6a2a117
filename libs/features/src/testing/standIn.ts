import type { HarvestModel, TokenRows } from '@sextant/activations';
import { Rng, tf } from '@sextant/compute';
import type { IndexedDictionary, SparseCodes } from '../sparseCodes';

export const HOOK = 'blocks.1.hook_resid_post';

/** A world small enough to count by hand, for tests: words, a model that looks their vectors up, a ReLU dictionary. */
export const words = ['<bos>', ' cat', ' dog', ' Paris', ' the', ' a', ' runs', ' sees', '.', ' green', ' blue', ' old'];
const bosId = 0;

export function wordModel({ d, seed }: { d: number; seed: number }) {
  const table = tf.tensor2d(new Rng(seed).normals(words.length * d), [words.length, d]);
  const run: HarvestModel['run'] = (input, { hooks }) => {
    tf.tidy(() => {
      const value = tf.gather(table, tf.tensor2d(input.ids, [input.batch, input.length], 'int32'));
      for (const { point, fn } of hooks) if (point === HOOK) fn(value);
    });
  };
  const tokenizer = {
    bosId,
    specialIds: new Set([bosId]),
    encode: (text: string) => Array.from(text.matchAll(/ ?[^ .]+|\./g), ([word]) => words.indexOf(word.startsWith(' ') || word === '.' ? word : ` ${word}`)),
    piece: (id: number) => words[id] ?? '?',
  };
  const hookPoints = () => [{ name: HOOK, shape: ['batch', 'pos', d] }];
  return { run, tokenizer, hookPoints, table, dispose: () => table.dispose() };
}

/** Rows of random words with one or two documents each. */
export function wordRows({ rows, contextLength, seed }: { rows: number; contextLength: number; seed: number }): TokenRows {
  const rng = new Rng(seed);
  const tokens = new Int32Array(rows * contextLength);
  const mask = new Int32Array(rows * contextLength).fill(1);
  const tokenDocuments = new Int32Array(rows * contextLength);
  for (let at = 0; at < tokens.length; at++) {
    const [row, position] = [Math.floor(at / contextLength), at % contextLength];
    const second = 3 + (row % (contextLength - 4));
    tokens[at] = position === 0 || position === second ? bosId : 1 + rng.int(words.length - 1);
    tokenDocuments[at] = 2 * row + (position < second ? 0 : 1);
  }
  return { meta: { contextLength }, tokens, mask, tokenDocuments };
}

/** f = relu(W x − bias), W drawn at random, decoder row = normalised other draw; row 0 never fires. */
export function reluDictionary({ n, d, seed, bias = 1 }: { n: number; d: number; seed: number; bias?: number }): IndexedDictionary {
  const rng = new Rng(seed);
  const encoder = Array.from({ length: n }, () => rng.normals(d));
  const decoder = Array.from({ length: n }, () => {
    const row = rng.normals(d);
    const norm = Math.hypot(...row);
    return row.map((value) => value / norm);
  });
  const encodeSparse = (x: tf.Tensor2D): SparseCodes => {
    const values = x.dataSync<'float32'>();
    const rowOffsets = [0];
    const indices: number[] = [];
    const active: number[] = [];
    for (let row = 0; row < x.shape[0]; row++) {
      encoder.forEach((weights, feature) => {
        const sum = weights.reduce((total, weight, j) => total + weight * values[row * d + j]!, -bias);
        if (feature > 0 && sum > 0) {
          indices.push(feature);
          active.push(sum);
        }
      });
      rowOffsets.push(indices.length);
    }
    return { rowOffsets: Int32Array.from(rowOffsets), indices: Int32Array.from(indices), values: Float32Array.from(active) };
  };
  return { n, d, dOut: d, encodeSparse, decoderRow: (feature) => decoder[feature]!.slice(), encoderRow: (feature) => encoder[feature]!.slice() };
}
