import { z } from 'zod';
import { SextantError } from '@sextant/schema';
import { fromHalf } from '@sextant/formats';
import { Rng } from '@sextant/compute';
import type { ActivationStore } from './store';

const words = z.tuple([z.number(), z.number(), z.number(), z.number()]);

/** Where a shuffle buffer stands. Small, plain JSON; the same state over the same store continues bit for bit. */
export const shuffleStateSchema = z.object({
  rng: z.object({ key: words, state: words, spareNormal: z.number().nullable() }),
  batchSize: z.number().int().positive(),
  chunkTokens: z.number().int().positive(),
  chunksPerBuffer: z.number().int().positive(),
  epoch: z.number().int().nonnegative(),
  /** Which buffer of the epoch. */
  buffer: z.number().int().nonnegative(),
  /** Tokens of that buffer already given out. */
  offset: z.number().int().nonnegative(),
  /** Tokens taken from the front of the store; those behind stay unseen. */
  tokens: z.number().int().positive(),
});
export type ShuffleState = z.infer<typeof shuffleStateSchema>;

export interface ShuffleOptions {
  batchSize: number;
  /** Tokens shuffled together in memory; when the store fits, the shuffle is complete. Default 65536. */
  bufferTokens?: number;
  /** Tokens read from one place; smaller mixes better and reads slower. Default 128, about one corpus row. */
  chunkTokens?: number;
  /** Use the first tokens of the store only, so that the rest can score what is trained. Default: all. */
  tokens?: number;
  rng: Rng;
}

/**
 * Token-level shuffle of a store (papers.md 1.1: activations fully shuffled across contexts, each used once an
 * epoch). An epoch cuts the store into chunks, permutes them, fills a buffer with the next chunks and permutes
 * its tokens; every permutation comes from the seed, the epoch and the buffer number alone, which is why the
 * state stays small. A batch that reaches the end of a buffer goes on in the next, and in the next epoch.
 */
export class ShuffleBuffer {
  private readonly position: ShuffleState;
  private chunks: Int32Array = new Int32Array(0);
  private chunksEpoch = -1;
  private values: Uint16Array | Float32Array = new Float32Array(0);
  /** Order in which the buffer's tokens are given out. */
  private order: Int32Array = new Int32Array(0);
  private loaded = '';

  constructor(
    private readonly store: ActivationStore,
    state: ShuffleState,
  ) {
    this.position = { ...state };
    if (state.tokens > store.tokens) {
      throw new SextantError('CONFLICT', `the shuffle state is over ${state.tokens} tokens, this store has ${store.tokens}: it belongs to another store`, {
        field: 'tokens',
        value: state.tokens,
      });
    }
    this.fill();
    if (state.offset > this.order.length) {
      throw new SextantError('CONFLICT', `the shuffle state stands at token ${state.offset} of a buffer of ${this.order.length}: it belongs to another store`, {
        field: 'offset',
        value: state.offset,
      });
    }
  }

  get d(): number {
    return this.store.d;
  }

  /** Passes over the store finished so far. */
  get epoch(): number {
    return this.position.epoch;
  }

  /** The next batch [batchSize, d], row-major, model units. */
  next(): Float32Array {
    const { store, position } = this;
    const { d, scale } = store;
    const batch = new Float32Array(position.batchSize * d);
    for (let row = 0; row < position.batchSize; row++) {
      while (position.offset >= this.order.length) this.advance();
      const from = this.order[position.offset++]! * d;
      const target = batch.subarray(row * d, (row + 1) * d);
      if (this.values instanceof Uint16Array) fromHalf(this.values.subarray(from, from + d), target);
      else target.set(this.values.subarray(from, from + d));
    }
    if (scale !== 1) for (let i = 0; i < batch.length; i++) batch[i]! *= scale;
    return batch;
  }

  state(): ShuffleState {
    return { ...this.position };
  }

  private advance(): void {
    const { position } = this;
    position.offset = 0;
    position.buffer++;
    if (position.buffer * position.chunksPerBuffer >= this.chunkCount()) {
      position.buffer = 0;
      position.epoch++;
    }
    this.fill();
  }

  private chunkCount(): number {
    return Math.ceil(this.position.tokens / this.position.chunkTokens);
  }

  private permutation(length: number, label: string): Int32Array {
    const order = Int32Array.from({ length }, (_, i) => i);
    new Rng(this.position.rng).fork(label).shuffle(order);
    return order;
  }

  private fill(): void {
    const { store, position } = this;
    const { epoch, buffer, chunkTokens, chunksPerBuffer, tokens: available } = position;
    if (this.chunksEpoch !== epoch) {
      this.chunks = this.permutation(this.chunkCount(), `epoch ${epoch}`);
      this.chunksEpoch = epoch;
    }
    const chunks = this.chunks.slice(buffer * chunksPerBuffer, (buffer + 1) * chunksPerBuffer).sort();
    const lengths = Array.from(chunks, (chunk) => Math.min(chunkTokens, available - chunk * chunkTokens));
    const tokens = lengths.reduce((sum, length) => sum + length, 0);
    // The same chunks in another order are the same buffer: a store that fits is read once.
    const key = chunks.join();
    if (key !== this.loaded) {
      const half = store.manifest.plan.dtype === 'f16';
      this.values = half ? new Uint16Array(tokens * store.d) : new Float32Array(tokens * store.d);
      let at = 0;
      chunks.forEach((chunk, i) => {
        this.values.set(store.readStored(chunk * chunkTokens, lengths[i]!), at * store.d);
        at += lengths[i]!;
      });
      this.loaded = key;
    }
    this.order = this.permutation(tokens, `epoch ${epoch} buffer ${buffer}`);
  }
}

/**
 * A shuffle buffer over a store: from options at the beginning, or from an earlier `state()` where that stood.
 * @throws SextantError INVALID_INPUT for sizes below 1, CONFLICT for a state of another store.
 */
export function shuffleBuffer(store: ActivationStore, start: ShuffleOptions | ShuffleState): ShuffleBuffer {
  if ('offset' in start) return new ShuffleBuffer(store, start);
  const { batchSize, bufferTokens = 65536, chunkTokens = 128, tokens = store.tokens, rng } = start;
  for (const [field, value] of Object.entries({ batchSize, bufferTokens, chunkTokens, tokens })) {
    if (!Number.isInteger(value) || value < 1) throw new SextantError('INVALID_INPUT', `${field} is ${value}; it has to be a whole number from 1`, { field, value });
  }
  const chunksPerBuffer = Math.max(1, Math.floor(bufferTokens / chunkTokens));
  const available = Math.min(tokens, store.tokens);
  return new ShuffleBuffer(store, { rng: rng.state(), batchSize, chunkTokens, chunksPerBuffer, epoch: 0, buffer: 0, offset: 0, tokens: available });
}

/**
 * Opens shuffled batches as a trainer wants them: from the beginning for null, else where a checkpoint's state,
 * read back from JSON, left them.
 * @throws SextantError INVALID_INPUT naming the field of a state that is none.
 */
export function shuffledBatches(store: ActivationStore, options: ShuffleOptions): (state: unknown) => ShuffleBuffer {
  return (state) => {
    if (state === null || state === undefined) return shuffleBuffer(store, options);
    const parsed = shuffleStateSchema.safeParse(state);
    if (parsed.success) return shuffleBuffer(store, parsed.data);
    const issue = parsed.error.issues[0];
    const field = issue?.path.join('.') ?? '';
    throw new SextantError('INVALID_INPUT', `the state of the batches is damaged: ${field}: ${issue?.message}`, { field });
  };
}
