import type * as tf from '@tensorflow/tfjs';
import { SextantError } from '@sextant/schema';

/**
 * Which features fire on each row of a batch, and how strongly: compressed sparse rows where the backend has kernels
 * for them and few features fire, else the plain matrix. Only `values` and `dense` carry gradients.
 */
export type Codes = SparseCodes | DenseCodes;

export interface SparseCodes {
  layout: 'sparse';
  rows: number;
  n: number;
  /** int32 [rows + 1] */
  offsets: tf.Tensor1D;
  /** int32 [entries], ascending within a row */
  features: tf.Tensor1D;
  /** float32 [entries] */
  values: tf.Tensor1D;
}

export interface DenseCodes {
  layout: 'dense';
  rows: number;
  n: number;
  /** [rows, n] */
  dense: tf.Tensor2D;
}

/** Codes as plain arrays. */
export interface CsrArrays {
  /** [rows + 1] */
  rowOffsets: Int32Array;
  /** Features, ascending within a row. */
  indices: Int32Array;
  values: Float32Array;
}

/** Copies codes out of the backend. Entries that are exactly zero are left out of dense codes. */
export function readCodes(codes: Codes): CsrArrays {
  if (codes.layout === 'dense') return csrOf(floatsOf(codes.dense), codes.rows, codes.n);
  return {
    rowOffsets: Int32Array.from(codes.offsets.dataSync()),
    indices: Int32Array.from(codes.features.dataSync()),
    values: floatsOf(codes.values),
  };
}

function floatsOf(tensor: tf.Tensor): Float32Array {
  const data = tensor.dataSync();
  return data instanceof Float32Array ? data : Float32Array.from(data);
}

function csrOf(dense: Float32Array, rows: number, n: number): CsrArrays {
  const rowOffsets = new Int32Array(rows + 1);
  let entries = 0;
  for (let r = 0; r < rows; r++) {
    for (let i = r * n; i < (r + 1) * n; i++) if (dense[i] !== 0) entries++;
    rowOffsets[r + 1] = entries;
  }
  const indices = new Int32Array(entries);
  const values = new Float32Array(entries);
  let next = 0;
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < n; i++) {
      const value = dense[r * n + i]!;
      if (value === 0) continue;
      indices[next] = i;
      values[next++] = value;
    }
  }
  return { rowOffsets, indices, values };
}

export function disposeCodes(codes: Codes): void {
  if (codes.layout === 'dense') return codes.dense.dispose();
  codes.offsets.dispose();
  codes.features.dispose();
  codes.values.dispose();
}

/** @throws SextantError INVALID_INPUT naming both shapes when codes and weights are of different dictionaries */
export function checkFeatures(codes: Codes, weights: tf.Tensor2D): void {
  if (weights.shape[0] === codes.n) return;
  throw new SextantError('INVALID_INPUT', `codes of ${codes.n} features meet weights [${weights.shape}]; expected [${codes.n}, d]`, {
    field: 'weights',
    value: weights.shape,
  });
}
