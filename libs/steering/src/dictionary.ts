import type { tf } from '@sextant/compute';

/** What steering asks of a dictionary; every Dictionary of @sextant/dictionaries has it. */
export interface SteeringDictionary {
  readonly d: number;
  readonly n: number;
  /** Hook it was trained at; null when unknown. */
  readonly hook: string | null;
  /** Activations [N, features.length] of a few features, in model units with unit decoder rows. x is [N, d], model units. */
  encodeOne(x: tf.Tensor2D, features: readonly number[]): tf.Tensor2D;
  encode(x: tf.Tensor2D): tf.Tensor2D;
  /** @param x what the activations came from, for dictionaries that normalise each token by itself */
  decode(activations: tf.Tensor2D, x?: tf.Tensor2D): tf.Tensor2D;
  /** Unit norm, length d. */
  decoderRow(feature: number): Float32Array;
}
