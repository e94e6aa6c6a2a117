import { Rng, tf } from '@sextant/compute';
import type { HarvestModel } from '../capture';
import type { TokenRows } from '../corpus';

export const HOOK = 'blocks.1.hook_resid_post';

/** A deterministic model for tests: each token's vector is a table row plus its position; 1 begins a document, 0 ends it. */
export function tableModel(options: { vocabSize: number; d: number; seed: number; factor?: number }): HarvestModel & { dispose(): void } {
  const { vocabSize, d, seed, factor = 1 } = options;
  const table = tf.tensor2d(new Rng(seed).normals(vocabSize * d, factor), [vocabSize, d]);
  return {
    tokenizer: { specialIds: new Set([0, 1]) },
    hookPoints: () => [{ name: HOOK, shape: ['batch', 'pos', d] }],
    run(input, { hooks }) {
      tf.tidy(() => {
        const ids = tf.tensor2d(input.ids, [input.batch, input.length], 'int32');
        const positions = tf.range(0, input.length).expandDims(1).mul(0.125 * factor);
        const value = tf.gather(table, ids).add(positions);
        for (const { point, fn } of hooks) if (point === HOOK) fn(value);
      });
    },
    dispose: () => table.dispose(),
  };
}

/** Rows of random tokens; row r holds documents 2r and 2r + 1, each framed by its special tokens, and padding. */
export function randomRows({ rows, contextLength, vocabSize, seed }: { rows: number; contextLength: number; vocabSize: number; seed: number }): TokenRows {
  const rng = new Rng(seed);
  const tokens = new Int32Array(rows * contextLength);
  const mask = new Int32Array(rows * contextLength);
  const tokenDocuments = new Int32Array(rows * contextLength).fill(-1);
  for (let row = 0; row < rows; row++) {
    const length = contextLength - rng.int(4);
    const second = 2 + rng.int(length - 3);
    for (let position = 0; position < length; position++) {
      const at = row * contextLength + position;
      if (position === 0 || position === second) tokens[at] = 1;
      else if (position === second - 1 || position === length - 1) tokens[at] = 0;
      else tokens[at] = 2 + rng.int(vocabSize - 2);
      mask[at] = 1;
      tokenDocuments[at] = 2 * row + (position < second ? 0 : 1);
    }
  }
  return { meta: { contextLength }, tokens, mask, tokenDocuments };
}
