import { halfToNumber } from '../../half';

/** One ggml tensor type: how a block of `blockSize` numbers lies in `blockBytes` bytes (ggml/src/ggml-common.h). */
export interface GgmlType {
  /** The number that GGUF files use for it. */
  id: number;
  name: string;
  blockSize: number;
  blockBytes: number;
  /** Reads block after block from `bytes` into `out`, whose length is a multiple of `blockSize`. */
  dequantise(bytes: Uint8Array, out: Float32Array): void;
}

/**
 * A block type from what one block means. Arithmetic is in double precision and rounded once to float32: products
 * of a float16 scale with codes and packed scales are exact there, so the values are those of ggml's reference.
 */
export function blockType(
  type: Omit<GgmlType, 'dequantise'>,
  block: (bytes: Uint8Array, at: number, half: (at: number) => number, out: Float32Array, to: number) => void,
): GgmlType {
  return {
    ...type,
    dequantise(bytes, out) {
      const half = (at: number) => halfToNumber(bytes[at]! | (bytes[at + 1]! << 8));
      for (let at = 0, to = 0; to < out.length; at += type.blockBytes, to += type.blockSize) block(bytes, at, half, out, to);
    },
  };
}
