import { blockType } from './type';

/** Four-bit codes into a fixed table of 16 unevenly spaced values (kvalues_iq4nl in ggml-common.h). */
const table = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113];

const iq4_NL = blockType({ id: 20, name: 'IQ4_NL', blockSize: 32, blockBytes: 18 }, (bytes, at, half, out, to) => {
  const d = half(at);
  for (let j = 0; j < 16; j++) {
    const pair = bytes[at + 2 + j]!;
    out[to + j] = d * table[pair & 15]!;
    out[to + j + 16] = d * table[pair >> 4]!;
  }
});

const iq4_XS = blockType({ id: 23, name: 'IQ4_XS', blockSize: 256, blockBytes: 136 }, (bytes, at, half, out, to) => {
  const d = half(at);
  const high = bytes[at + 2]! | (bytes[at + 3]! << 8);
  for (let sub = 0; sub < 8; sub++) {
    const low = (bytes[at + 4 + (sub >> 1)]! >> (4 * (sub & 1))) & 15;
    const scale = d * ((low | (((high >> (2 * sub)) & 3) << 4)) - 32);
    for (let j = 0; j < 16; j++) {
      const pair = bytes[at + 8 + sub * 16 + j]!;
      out[to + sub * 32 + j] = scale * table[pair & 15]!;
      out[to + sub * 32 + j + 16] = scale * table[pair >> 4]!;
    }
  }
});

export const nonlinearTypes = [iq4_NL, iq4_XS];
