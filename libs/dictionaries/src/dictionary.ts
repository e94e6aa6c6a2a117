import type { CsrArrays, tf } from '@sextant/compute';
import type { DictionaryConfig } from './config';

/** Active features in compressed rows; `values` in model units. */
export type SparseActivations = CsrArrays;

/**
 * A sparse dictionary of a hook's activations, whatever it was trained or stored as. Everything is in the model's
 * units, with decoder rows of length 1: a feature's activation is a_i = f_i · ‖W_dec_i‖ / s, so that
 * h = Σ a_i d_i + b + error holds exactly and a change of a_i moves h by that many units along d_i.
 */
export interface Dictionary {
  readonly architecture: string;
  /** Width of the activations it reads. */
  readonly d: number;
  /** Width of what it reconstructs; d, except for transcoders. */
  readonly dOut: number;
  /** Number of features. */
  readonly n: number;
  /** Hook it was trained at; null when the file does not say. */
  readonly hook: string | null;
  /** The scalar that activations were multiplied by in training, folded into the weights or not; 1 when unknown. */
  readonly scale: number;
  readonly config: DictionaryConfig;
  /** What loading found worth saying, such as weights of another dtype than cfg.json names. */
  readonly notes: readonly string[];

  /** Activations [N, n] of x [N, d]. Where the backend has sparse kernels, a token's result does not depend on its batch. */
  encode(x: tf.Tensor2D): tf.Tensor2D;
  encodeSparse(x: tf.Tensor2D): SparseActivations;
  /** Activations [N, features.length] of a few features, equal to those columns of `encode`; differentiable. */
  encodeOne(x: tf.Tensor2D, features: readonly number[]): tf.Tensor2D;
  /**
   * Σ a_i d_i + b, [N, dOut].
   * @param x the input the activations came from: needed where each token is normalised by itself (`layer_norm`,
   * `constant_norm_rescale`) and ignored otherwise
   * @throws SextantError INVALID_INPUT when it is needed and missing
   */
  decode(activations: tf.Tensor2D, x?: tf.Tensor2D): tf.Tensor2D;
  /** decode(encode(x)), plus the linear path of a skip transcoder; [N, dOut]. */
  reconstruct(x: tf.Tensor2D): tf.Tensor2D;
  /** d_i, length 1, [dOut]. A decoder row of zeros stays zeros. */
  decoderRow(feature: number): Float32Array;
  /** The row that reads feature i from x in model units, [d]: its pre-activation in units of a_i grows by row · Δx. */
  encoderRow(feature: number): Float32Array;
  /** Lengths of the stored decoder rows, before they were brought to 1, [n]. */
  readonly decoderNorms: Float32Array;
  /** b in model units, [dOut]. */
  readonly bDec: Float32Array;
  dispose(): void;
}
