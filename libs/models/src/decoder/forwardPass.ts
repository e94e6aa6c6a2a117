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
  /** Row-major [batch, offset + length], 1 where a key may be seen; null when the causal mask alone hides all padding. */
  private readonly visibleKeys: Int32Array | null;
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
    this.visibleKeys = visibleKeys(input, cache?.mask ?? [], this.offset);
    this.context = { batch, length, ids, mask, positions: this.positions, generated: input.generated ?? new Int32Array(batch * length) };
  }

  private readonly stopAt: string | null;

  /** Columns in front of this batch's and its own. */
  private get width(): number {
    return this.offset + this.input.length;
  }

  /** [batch, columns], 1 where a key may be seen, 0 behind the last; undefined when the causal mask hides all padding. */
  keyMask(columns: number): tf.Tensor2D | undefined {
    const { visibleKeys, width } = this;
    const { batch } = this.input;
    if (!visibleKeys) return undefined;
    if (columns === width) return tf.tensor2d(visibleKeys, [batch, width], 'int32');
    const widened = new Int32Array(batch * columns);
    for (let row = 0; row < batch; row++) widened.set(visibleKeys.subarray(row * width, (row + 1) * width), row * columns);
    return tf.tensor2d(widened, [batch, columns], 'int32');
  }

  /** Keys or values without the room that a cache keeps behind them. */
  filled(held: tf.Tensor4D): tf.Tensor4D {
    return held.shape[1] === this.width ? held : tf.slice(held, [0, 0, 0, 0], [-1, this.width, -1, -1]);
  }

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
function visibleKeys({ mask, batch, length }: TokenBatch, cached: readonly Int32Array[], offset: number): Int32Array | null {
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
  return hides ? keys : null;
}
