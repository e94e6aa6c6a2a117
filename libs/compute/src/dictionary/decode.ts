import * as tf from '@tensorflow/tfjs';
import { SextantError } from '@sextant/schema';
import { hasFusedKernel, runFused, savedAt } from '../ops/fused';
import { product } from '../ops/product';
import { checkFeatures, type Codes } from './codes';
import { COLUMNS, DECODE, FEATURE_COUNTS, FEATURE_SUMS, TO_DENSE } from './sparseKernels';

/**
 * bias + Σ_i codes[row, i] · weights[i].
 * @param weights [n, d]
 * @param bias [d]
 * @returns [rows, d]
 * @throws SextantError INVALID_INPUT when the codes are of another dictionary
 */
export function decodeCodes(codes: Codes, weights: tf.Tensor2D, bias?: tf.Tensor1D): tf.Tensor2D {
  checkFeatures(codes, weights);
  if (codes.layout === 'sparse') {
    const { offsets, features, values } = codes;
    return runFused<tf.Tensor2D>(DECODE, bias ? { offsets, features, values, weights, bias } : { offsets, features, values, weights });
  }
  return tf.tidy(() => {
    // Where matMul is our own kernel its gradients need no transposed copies; elsewhere they must be explicit.
    const sum = hasFusedKernel(DECODE) ? tf.matMul(codes.dense, weights) : product(codes.dense, weights);
    return (bias ? tf.add(sum, bias) : sum).as2D(codes.rows, weights.shape[1]);
  });
}

/** Σ over rows of each feature's value, [n]. */
export function featureSums(codes: Codes): tf.Tensor1D {
  if (codes.layout === 'dense') return tf.sum<tf.Tensor1D>(codes.dense, 0);
  const { offsets, features, values, n } = codes;
  return runFused<tf.Tensor1D>(FEATURE_SUMS, { offsets, features, values }, { n });
}

/** On how many rows each feature is not zero, float32 [n]. Carries no gradient. */
export function featureCounts(codes: Codes): tf.Tensor1D {
  if (codes.layout === 'dense') return tf.tidy(() => tf.sum(tf.cast(tf.notEqual(codes.dense, 0), 'float32'), 0).as1D());
  const { offsets, features, values, n } = codes;
  return runFused<tf.Tensor1D>(FEATURE_COUNTS, { offsets, features, values }, { n });
}

/** The codes as a matrix, [rows, n]. Shares dense codes; fills in the zeros of sparse ones. */
export function denseCodes(codes: Codes): tf.Tensor2D {
  if (codes.layout === 'dense') return codes.dense.clone();
  const { offsets, features, values, n } = codes;
  return runFused<tf.Tensor2D>(TO_DENSE, { offsets, features, values }, { n });
}

/**
 * The values of a few features, [rows, features.length].
 * @throws SextantError INVALID_INPUT for a feature outside the dictionary or named twice
 */
export function codeColumns(codes: Codes, features: readonly number[]): tf.Tensor2D {
  const bad = features.find((feature, i) => !Number.isInteger(feature) || feature < 0 || feature >= codes.n || features.indexOf(feature) !== i);
  if (bad !== undefined) {
    throw new SextantError('INVALID_INPUT', `feature ${bad}: expected distinct whole numbers from 0 to ${codes.n - 1}`, { field: 'features', value: bad });
  }
  if (codes.layout === 'dense') {
    return tf.tidy(() => tf.gather(codes.dense, tf.tensor1d([...features], 'int32'), 1).as2D(codes.rows, features.length));
  }
  const { offsets, features: entries, values } = codes;
  return runFused<tf.Tensor2D>(COLUMNS, { offsets, features: entries, values }, { columns: [...features] });
}

/** Each feature's values times its own factor; factors [n]. */
export function scaleCodes(codes: Codes, factors: tf.Tensor1D): Codes {
  if (codes.layout === 'dense') return { ...codes, dense: tf.mul<tf.Tensor2D>(codes.dense, factors) };
  const { offsets, features, n } = codes;
  const scale = tf.customGrad((...args) => {
    const [values, perFeature, save] = args;
    if (!(values instanceof tf.Tensor) || !(perFeature instanceof tf.Tensor) || typeof save !== 'function') throw new TypeError('scaleCodes takes two tensors');
    const factor = tf.gather(perFeature, features);
    save([values, factor, offsets, features]);
    return {
      value: tf.mul(values, factor),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const index = { offsets: savedAt(saved, 2), features: savedAt(saved, 3) };
        return [tf.mul(dy, savedAt(saved, 1)), runFused(FEATURE_SUMS, { ...index, values: tf.mul(dy, savedAt(saved, 0)) }, { n })];
      },
    };
  });
  return { ...codes, values: tf.tidy(() => scale(codes.values, factors).as1D()) };
}
