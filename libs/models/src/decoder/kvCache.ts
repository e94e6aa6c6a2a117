import { appendColumns, tf } from '@sextant/compute';
import { SextantError } from '@sextant/schema';

interface KeysAndValues {
  k: tf.Tensor4D;
  v: tf.Tensor4D;
}

interface Held extends KeysAndValues {
  /** Columns that hold keys and values; those behind are room for more. */
  filled: number;
}

/**
 * Keys (rotated) and values of the tokens a model has seen, one pair [batch, capacity, nKvHeads, headDim] for each
 * block, with the padding mask and each row's count of real tokens. Where the backend can write in place, a token costs
 * its own columns and not a copy of all before it. Owns its tensors.
 */
export class KvCache {
  /** Columns held, padding included. */
  length = 0;
  /** 1 for a real token, one row of `length` for each sequence. */
  mask: Int32Array[] = [];
  /** Real tokens of each row so far: the position of its next token. */
  positions: number[] = [];
  private blocks: Held[] = [];

  /**
   * Adds a block's new keys and values and returns all of them, followed by columns of no meaning: attention must not look
   * beyond `length` plus the new ones. The result belongs to the cache.
   */
  append(block: number, k: tf.Tensor4D, v: tf.Tensor4D): KeysAndValues {
    const old = this.blocks[block];
    const filled = old?.filled ?? 0;
    if (filled !== this.length) {
      throw new SextantError('INTERNAL', 'a forward pass that threw left this cache half filled; dispose it and start a new one');
    }
    const extended = (held: tf.Tensor4D | undefined, added: tf.Tensor4D): tf.Tensor4D => {
      const whole = tf.keep(held ? appendColumns(held, added, filled) : tf.clone(added));
      held?.dispose();
      return whole;
    };
    const held = { k: extended(old?.k, k), v: extended(old?.v, v), filled: filled + k.shape[1] };
    this.blocks[block] = held;
    return held;
  }

  /** Records the columns that a finished forward pass added; `mask` is row-major [batch, length]. */
  commit(mask: Int32Array, batch: number, length: number): void {
    this.mask = Array.from({ length: batch }, (_, row) => {
      const joined = new Int32Array(this.length + length);
      joined.set(this.mask[row] ?? []);
      joined.set(mask.subarray(row * length, (row + 1) * length), this.length);
      return joined;
    });
    this.positions = Array.from({ length: batch }, (_, row) => {
      let count = this.positions[row] ?? 0;
      for (let at = row * length; at < (row + 1) * length; at++) count += mask[at]!;
      return count;
    });
    this.length += length;
  }

  /** A new cache whose rows are these rows of this one, so that one prefix can serve many continuations. */
  select(rows: readonly number[]): KvCache {
    const selected = new KvCache();
    selected.length = this.length;
    selected.mask = rows.map((row) => this.mask[row]!);
    selected.positions = rows.map((row) => this.positions[row]!);
    selected.blocks = tf.tidy(() => {
      const index = tf.tensor1d([...rows], 'int32');
      return this.blocks.map(({ k, v, filled }) => ({ k: tf.keep(tf.gather(k, index)), v: tf.keep(tf.gather(v, index)), filled }));
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
    this.positions = [];
    this.length = 0;
  }
}
