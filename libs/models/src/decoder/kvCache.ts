import { tf } from '@sextant/compute';
import { SextantError } from '@sextant/schema';

interface KeysAndValues {
  k: tf.Tensor4D;
  v: tf.Tensor4D;
}

/**
 * Keys (rotated) and values of the tokens a model has seen, one pair [batch, length, nKvHeads, headDim] for each block,
 * with the padding mask and each row's count of real tokens. Owns its tensors.
 */
export class KvCache {
  /** Columns held, padding included. */
  length = 0;
  /** 1 for a real token, one row of `length` for each sequence. */
  mask: Int32Array[] = [];
  private blocks: KeysAndValues[] = [];

  /** Real tokens of each row so far: the position of its next token. */
  get positions(): number[] {
    return this.mask.map((row) => row.reduce((sum, real) => sum + real, 0));
  }

  /** Adds a block's new keys and values and returns all of them. The result belongs to the cache. */
  append(block: number, k: tf.Tensor4D, v: tf.Tensor4D): KeysAndValues {
    const old = this.blocks[block];
    if ((old?.k.shape[1] ?? 0) !== this.length) {
      throw new SextantError('INTERNAL', 'a forward pass that threw left this cache half filled; dispose it and start a new one');
    }
    const joined = old
      ? { k: tf.keep(tf.concat([old.k, k], 1)), v: tf.keep(tf.concat([old.v, v], 1)) }
      : { k: tf.keep(tf.clone(k)), v: tf.keep(tf.clone(v)) };
    old?.k.dispose();
    old?.v.dispose();
    this.blocks[block] = joined;
    return joined;
  }

  /** Records the columns that a finished forward pass added; `mask` is row-major [batch, length]. */
  commit(mask: Int32Array, batch: number, length: number): void {
    this.mask = Array.from({ length: batch }, (_, row) => {
      const joined = new Int32Array(this.length + length);
      joined.set(this.mask[row] ?? []);
      joined.set(mask.subarray(row * length, (row + 1) * length), this.length);
      return joined;
    });
    this.length += length;
  }

  /** A new cache whose rows are these rows of this one, so that one prefix can serve many continuations. */
  select(rows: readonly number[]): KvCache {
    const selected = new KvCache();
    selected.length = this.length;
    selected.mask = rows.map((row) => this.mask[row]!);
    selected.blocks = tf.tidy(() => {
      const index = tf.tensor1d([...rows], 'int32');
      return this.blocks.map(({ k, v }) => ({ k: tf.keep(tf.gather(k, index)), v: tf.keep(tf.gather(v, index)) }));
    });
    return selected;
  }

  dispose(): void {
    for (const { k, v } of this.blocks) {
      k.dispose();
      v.dispose();
    }
    this.blocks = [];
    this.mask = [];
    this.length = 0;
  }
}
