import { blockType } from './type';

/** Super-blocks of 256 whose sub-blocks have packed scales (ggml/src/ggml-quants.c, dequantize_row_q2_K …). */

const q2_K = blockType({ id: 10, name: 'Q2_K', blockSize: 256, blockBytes: 84 }, (bytes, at, half, out, to) => {
  const [d, dmin] = [half(at + 80), half(at + 82)];
  for (let sub = 0; sub < 16; sub++) {
    const scale = bytes[at + sub]!;
    const [dl, ml] = [d * (scale & 15), dmin * (scale >> 4)];
    // 128 numbers share 32 bytes: four 2-bit layers, each of two sub-blocks of 16.
    const [group, layer, side] = [sub >> 3, (sub >> 1) & 3, sub & 1];
    const codes = at + 16 + group * 32 + side * 16;
    for (let j = 0; j < 16; j++) out[to + sub * 16 + j] = dl * ((bytes[codes + j]! >> (2 * layer)) & 3) - ml;
  }
});

const q3_K = blockType({ id: 11, name: 'Q3_K', blockSize: 256, blockBytes: 110 }, (bytes, at, half, out, to) => {
  const d = half(at + 108);
  for (let sub = 0; sub < 16; sub++) {
    const low = sub < 8 ? bytes[at + 96 + sub]! & 15 : bytes[at + 96 + sub - 8]! >> 4;
    const high = (bytes[at + 104 + (sub & 3)]! >> (2 * (sub >> 2))) & 3;
    const scale = d * ((low | (high << 4)) - 32);
    const [group, layer, side] = [sub >> 3, (sub >> 1) & 3, sub & 1];
    const codes = at + 32 + group * 32 + side * 16;
    const bit = 1 << (group * 4 + layer);
    for (let j = 0; j < 16; j++) {
      const code = ((bytes[codes + j]! >> (2 * layer)) & 3) - (bytes[at + side * 16 + j]! & bit ? 0 : 4);
      out[to + sub * 16 + j] = scale * code;
    }
  }
});

/** Scale and minimum of sub-block `sub`, 6 bits each, from the 12 bytes that hold eight of both (get_scale_min_k4). */
function scaleAndMin(bytes: Uint8Array, at: number, sub: number): [number, number] {
  if (sub < 4) return [bytes[at + sub]! & 63, bytes[at + sub + 4]! & 63];
  const packed = bytes[at + sub + 4]!;
  return [(packed & 15) | ((bytes[at + sub - 4]! >> 6) << 4), (packed >> 4) | ((bytes[at + sub]! >> 6) << 4)];
}

const q4_K = blockType({ id: 12, name: 'Q4_K', blockSize: 256, blockBytes: 144 }, (bytes, at, half, out, to) => {
  const [d, dmin] = [half(at), half(at + 2)];
  for (let sub = 0; sub < 8; sub++) {
    const [scale, min] = scaleAndMin(bytes, at + 4, sub);
    const [dl, ml] = [d * scale, dmin * min];
    const codes = at + 16 + (sub >> 1) * 32;
    for (let j = 0; j < 32; j++) out[to + sub * 32 + j] = dl * ((bytes[codes + j]! >> (4 * (sub & 1))) & 15) - ml;
  }
});

const q5_K = blockType({ id: 13, name: 'Q5_K', blockSize: 256, blockBytes: 176 }, (bytes, at, half, out, to) => {
  const [d, dmin] = [half(at), half(at + 2)];
  for (let sub = 0; sub < 8; sub++) {
    const [scale, min] = scaleAndMin(bytes, at + 4, sub);
    const [dl, ml] = [d * scale, dmin * min];
    const codes = at + 48 + (sub >> 1) * 32;
    for (let j = 0; j < 32; j++) {
      const code = ((bytes[codes + j]! >> (4 * (sub & 1))) & 15) | (((bytes[at + 16 + j]! >> sub) & 1) << 4);
      out[to + sub * 32 + j] = dl * code - ml;
    }
  }
});

const q6_K = blockType({ id: 14, name: 'Q6_K', blockSize: 256, blockBytes: 210 }, (bytes, at, half, out, to) => {
  const d = half(at + 208);
  for (let i = 0; i < 256; i++) {
    // 128 numbers: 64 bytes of low bits, 32 bytes of high bits, in four layers of 32.
    const [group, layer, j] = [i >> 7, (i >> 5) & 3, i & 31];
    const low = (bytes[at + group * 64 + (layer & 1) * 32 + j]! >> (4 * (layer >> 1))) & 15;
    const high = (bytes[at + 128 + group * 32 + j]! >> (2 * layer)) & 3;
    const scale = (bytes[at + 192 + (i >> 4)]! << 24) >> 24;
    out[to + i] = d * scale * ((low | (high << 4)) - 32);
  }
});

export const superblockTypes = [q2_K, q3_K, q4_K, q5_K, q6_K];
