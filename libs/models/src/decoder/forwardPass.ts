import { tf } from '@sextant/compute';
import { SextantError } from '@sextant/schema';
import type { TokenBatch } from '../batch';
import type { Hook, HookContext } from '../hooks';
import type { KvCache } from './kvCache';

/** Leaves a forward pass at the point it was asked to stop at. */
export class Stopped extends Error {}

/** One run of a batch through the decoder: positions, masks, the cache, and the hooks on the way. */
export class ForwardPass {
  readonly cache: KvCache | null;
  /** Columns in front of this batch's. */
  readonly offset: number;
  readonly positions: Int32Array;
  readonly positionTensor: tf.Tensor2D;
  /** [batch, offset + length], 1 where a key may be seen; null when the causal mask alone hides all padding. */
  readonly keyMask: tf.Tensor2D | null;
  /** Longest position plus one. */
  readonly longest: number;
  private readonly context: Omit<HookContext, 'point'>;

  /** Call inside `tf.tidy`. `hooks` maps full point names to their functions. */
  constructor(
    readonly input: TokenBatch,
    private readonly hooks: ReadonlyMap<string, Hook['fn'][]>,
    { cache, stopAt }: { cache?: KvCache; stopAt?: string },
  ) {
    const { ids, mask, batch, length } = input;
    this.cache = cache ?? null;
    this.stopAt = stopAt ?? null;
    this.offset = cache?.length ?? 0;
    if (cache && cache.length > 0 && cache.mask.length !== batch) {
      throw new SextantError('INVALID_INPUT', `the cache holds ${cache.mask.length} sequences, the input ${batch}`, { field: 'batch', value: batch });
    }
    const starts = cache?.positions ?? [];
    this.positions = new Int32Array(batch * length);
    let longest = 0;
    for (let row = 0; row < batch; row++) {
      let next = starts[row] ?? 0;
      for (let at = row * length; at < (row + 1) * length; at++) if (mask[at]) this.positions[at] = next++;
      longest = Math.max(longest, next);
    }
    this.longest = longest;
    this.positionTensor = tf.tensor2d(this.positions, [batch, length], 'int32');
    this.keyMask = hiddenKeys(input, cache?.mask ?? [], this.offset);
    this.context = { batch, length, ids, mask, positions: this.positions, generated: input.generated ?? new Int32Array(batch * length) };
  }

  private readonly stopAt: string | null;

  isHooked(point: string): boolean {
    return this.hooks.has(point) || this.stopAt === point;
  }

  /** Lets the hooks of a point read or replace its value. */
  point<R extends tf.Rank>(name: string, value: tf.Tensor<R>): tf.Tensor<R> {
    let current = value;
    for (const fn of this.hooks.get(name) ?? []) {
      const replacement = fn(current, { ...this.context, point: name });
      if (replacement) current = sameShape(name, replacement, value);
    }
    if (this.stopAt === name) throw new Stopped();
    return current;
  }
}

function sameShape<R extends tf.Rank>(point: string, replacement: tf.Tensor, value: tf.Tensor<R>): tf.Tensor<R> {
  if (tf.util.arraysEqual(replacement.shape, value.shape)) return tf.reshape(replacement, value.shape);
  throw new SextantError('INVALID_INPUT', `the hook at ${point} returned shape [${replacement.shape.join(', ')}]; expected [${value.shape.join(', ')}]`, {
    field: point,
    value: replacement.shape,
  });
}

/**
 * The key mask, or null when no padding lies in front of a real token: padding behind the last real token
 * is in every real query's future already.
 */
function hiddenKeys({ mask, batch, length }: TokenBatch, cached: readonly Int32Array[], offset: number): tf.Tensor2D | null {
  const width = offset + length;
  const keys = new Int32Array(batch * width);
  let hides = false;
  for (let row = 0; row < batch; row++) {
    const at = row * width;
    if (offset > 0) keys.set(cached[row]!, at);
    keys.set(mask.subarray(row * length, (row + 1) * length), at + offset);
    let last = width - 1;
    while (last >= 0 && keys[at + last] === 0) last--;
    for (let key = 0; key < last && !hides; key++) hides = keys[at + key] === 0;
  }
  return hides ? tf.tensor2d(keys, [batch, width], 'int32') : null;
}
