import type { tf } from '@sextant/compute';

/** Active features of N tokens in compressed rows: token t has entries rowOffsets[t] to rowOffsets[t + 1]. */
export interface SparseCodes {
  /** [N + 1] */
  rowOffsets: Int32Array;
  /** Feature of each entry. */
  indices: Int32Array;
  /** Activation of each entry, model units with unit decoder rows. */
  values: Float32Array;
}

/** What an index asks of a dictionary; every Dictionary of @sextant/dictionaries has it. */
export interface IndexedDictionary {
  readonly d: number;
  readonly n: number;
  /** Width of decoder rows; d, except for transcoders. */
  readonly dOut: number;
  /** [n] lengths of the decoder rows before they were brought to 1, where they are known. */
  readonly decoderNorms?: Float32Array;
  encodeSparse(x: tf.Tensor2D): SparseCodes;
  /** Unit norm, length dOut. */
  decoderRow(feature: number): Float32Array;
  encoderRow(feature: number): Float32Array;
}

/** Visits every positive activation in token order. */
export function eachActivation(codes: SparseCodes, firstToken: number, visit: (token: number, feature: number, value: number) => void): void {
  for (let row = 0; row + 1 < codes.rowOffsets.length; row++) {
    for (let at = codes.rowOffsets[row]!; at < codes.rowOffsets[row + 1]!; at++) {
      const value = codes.values[at]!;
      if (value > 0) visit(firstToken + row, codes.indices[at]!, value);
    }
  }
}
