import { blockType } from './type';

/** Blocks of 32 with one float16 scale, and a minimum in the `_1` types (ggml/src/ggml-quants.c, dequantize_row_q4_0 …). */

const q4_0 = blockType({ id: 2, name: 'Q4_0', blockSize: 32, blockBytes: 18 }, (bytes, at, half, out, to) => {
  const d = half(at);
  for (let j = 0; j < 16; j++) {
    const pair = bytes[at + 2 + j]!;
    out[to + j] = ((pair & 15) - 8) * d;
    out[to + j + 16] = ((pair >> 4) - 8) * d;
  }
});

const q4_1 = blockType({ id: 3, name: 'Q4_1', blockSize: 32, blockBytes: 20 }, (bytes, at, half, out, to) => {
  const [d, m] = [half(at), half(at + 2)];
  for (let j = 0; j < 16; j++) {
    const pair = bytes[at + 4 + j]!;
    out[to + j] = (pair & 15) * d + m;
    out[to + j + 16] = (pair >> 4) * d + m;
  }
});

/** Fifth bits: bit j belongs to number j. */
function highBits(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

const q5_0 = blockType({ id: 6, name: 'Q5_0', blockSize: 32, blockBytes: 22 }, (bytes, at, half, out, to) => {
  const d = half(at);
  const high = highBits(bytes, at + 2);
  for (let j = 0; j < 16; j++) {
    const pair = bytes[at + 6 + j]!;
    out[to + j] = (((pair & 15) | (((high >>> j) & 1) << 4)) - 16) * d;
    out[to + j + 16] = (((pair >> 4) | (((high >>> (j + 16)) & 1) << 4)) - 16) * d;
  }
});

const q5_1 = blockType({ id: 7, name: 'Q5_1', blockSize: 32, blockBytes: 24 }, (bytes, at, half, out, to) => {
  const [d, m] = [half(at), half(at + 2)];
  const high = highBits(bytes, at + 4);
  for (let j = 0; j < 16; j++) {
    const pair = bytes[at + 8 + j]!;
    out[to + j] = ((pair & 15) | (((high >>> j) & 1) << 4)) * d + m;
    out[to + j + 16] = ((pair >> 4) | (((high >>> (j + 16)) & 1) << 4)) * d + m;
  }
});

const q8_0 = blockType({ id: 8, name: 'Q8_0', blockSize: 32, blockBytes: 34 }, (bytes, at, half, out, to) => {
  const d = half(at);
  for (let j = 0; j < 32; j++) out[to + j] = ((bytes[at + 2 + j]! << 24) >> 24) * d;
});

export const block32Types = [q4_0, q4_1, q5_0, q5_1, q8_0];
