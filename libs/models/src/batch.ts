import { SextantError } from '@sextant/schema';

/** Token ids of several sequences as one rectangle, row-major [batch, length]. */
export interface TokenBatch {
  ids: Int32Array;
  /** 1 for a real token, 0 for padding. */
  mask: Int32Array;
  batch: number;
  length: number;
  /** 1 for tokens that were generated, or that the caller wants hooks to take as such; default none. */
  generated?: Int32Array;
}

/** What a forward pass takes: a batch, or plain sequences, which are padded on the right. */
export type ForwardInput = TokenBatch | { ids: readonly (readonly number[])[] };

export interface PadOptions {
  side?: 'left' | 'right';
  /** Id on padding; it is never looked at, any id of the vocabulary will do. */
  padId?: number;
}

/** @throws SextantError INVALID_INPUT for no sequences or an empty one. */
export function padBatch(sequences: readonly (readonly number[])[], { side = 'right', padId = 0 }: PadOptions = {}): TokenBatch {
  const batch = sequences.length;
  const empty = sequences.findIndex((sequence) => sequence.length === 0);
  if (batch === 0 || empty >= 0) {
    const what = batch === 0 ? 'no sequences were given' : `sequence ${empty} is empty; give it at least one token, such as BOS`;
    throw new SextantError('INVALID_INPUT', what, { field: 'ids' });
  }
  const length = sequences.reduce((longest, sequence) => Math.max(longest, sequence.length), 0);
  const ids = new Int32Array(batch * length).fill(padId);
  const mask = new Int32Array(batch * length);
  sequences.forEach((sequence, row) => {
    const start = row * length + (side === 'left' ? length - sequence.length : 0);
    ids.set(sequence, start);
    mask.fill(1, start, start + sequence.length);
  });
  return { ids, mask, batch, length };
}

export function toBatch(input: ForwardInput): TokenBatch {
  return 'batch' in input ? input : padBatch(input.ids);
}
