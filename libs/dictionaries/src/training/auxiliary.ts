import { decodeCodes, detach, encodeTopK, scaleCodes, tf, type EncodeInput } from '@sextant/compute';
import { squaredError } from './squaredError';

/**
 * AuxK (Gao et al. 2024, appendix A.2): dead features reconstruct what the living ones missed, so that they get a
 * gradient again. The two libraries differ in how:
 * - `normalised` (dictionary_learning, OpenAI): squared error over the residual's variance; codes rectified
 * - `scaled` (SAELens): squared error times min(dead / (d/2), 1); codes not rectified
 */
export type AuxiliaryRule = 'normalised' | 'scaled';

interface AuxiliaryInput {
  rule: AuxiliaryRule;
  /** [rows, d] */
  x: tf.Tensor2D;
  reconstruction: tf.Tensor2D;
  dead: Int32Array;
  /** How the step encoded; dead features are read the same way. */
  encode: EncodeInput;
  /** [n, d] */
  decoder: tf.Tensor2D;
  /** Factors on codes before decoding, [n]. */
  codeFactors?: tf.Tensor1D;
}

/** The auxiliary loss, unweighted; some feature must be dead. */
export function auxiliaryLoss({ rule, x, reconstruction, dead, encode, decoder, codeFactors }: AuxiliaryInput): tf.Scalar {
  const [rows, d] = x.shape;
  const half = Math.floor(d / 2);
  const k = Math.max(1, Math.min(half, dead.length));
  const residual = detach(tf.sub(x, reconstruction)).as2D(rows, d);
  const codes = encodeTopK({ ...encode, subset: dead }, { k, positive: rule === 'normalised' });
  const found = decodeCodes(codeFactors ? scaleCodes(codes, codeFactors) : codes, decoder);
  const error = squaredError(found, residual);
  if (rule === 'scaled') return tf.mul<tf.Scalar>(error, Math.min(dead.length / half, 1));
  const variance = tf.sum(tf.squaredDifference(residual, tf.mean(residual, 0, true))).dataSync()[0]!;
  return tf.mul<tf.Scalar>(error, variance > 0 ? rows / variance : 0);
}
