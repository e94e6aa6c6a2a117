import * as tf from '@tensorflow/tfjs';
import { runFused } from '../ops/fused';
import { product } from '../ops/product';
import { checkFeatures, type Codes } from './codes';
import { DECODE, FEATURE_COUNTS, FEATURE_SUMS, TO_DENSE } from './sparseKernels';

/**
 * bias + Σ_i codes[row, i] · weights[i].
 * @param weights [n, d]
 * @param bias [d]
 * @returns [rows, d]
 * @throws SextantError INVALID_INPUT when the codes are of another dictionary
 */
export function decodeCodes(codes: Codes, weights: tf.Tensor2D, bias?: tf.Tensor1D): tf.Tensor2D {
  checkFeatures(codes, weights);
  const d = weights.shape[1];
  if (codes.layout === 'sparse') {
    const { offsets, features, values } = codes;
    return runFused(DECODE, bias ? { offsets, features, values, weights, bias } : { offsets, features, values, weights }).as2D(codes.rows, d);
  }
  return tf.tidy(() => {
    const sum = product(codes.dense, weights);
    return (bias ? tf.add(sum, bias) : sum).as2D(codes.rows, d);
  });
}

/** Σ over rows of each feature's value, [n]. */
export function featureSums(codes: Codes): tf.Tensor1D {
  if (codes.layout === 'dense') return tf.sum(codes.dense, 0).as1D();
  const { offsets, features, values, n } = codes;
  return runFused(FEATURE_SUMS, { offsets, features, values }, { n }).as1D();
}

/** On how many rows each feature is not zero, float32 [n]. Carries no gradient. */
export function featureCounts(codes: Codes): tf.Tensor1D {
  if (codes.layout === 'dense') return tf.tidy(() => tf.sum(tf.cast(tf.notEqual(codes.dense, 0), 'float32'), 0).as1D());
  const { offsets, features, values, n } = codes;
  return runFused(FEATURE_COUNTS, { offsets, features, values }, { n }).as1D();
}

/** The codes as a matrix, [rows, n]. Shares dense codes; fills in the zeros of sparse ones. */
export function denseCodes(codes: Codes): tf.Tensor2D {
  if (codes.layout === 'dense') return codes.dense.clone();
  const { offsets, features, values, rows, n } = codes;
  return runFused(TO_DENSE, { offsets, features, values }, { n }).as2D(rows, n);
}
