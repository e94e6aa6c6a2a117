import type { tf } from '@sextant/compute';

/** An input brought into the units a dictionary was trained in. */
export interface Normalised {
  /** [N, d] */
  x: tf.Tensor2D;
  /** Model units per normalised unit: one number, or one per token [N, 1]. */
  unit: number | tf.Tensor2D;
  /** What is added back after the scaling, [N, 1]; absent where nothing was taken away. */
  offset?: tf.Tensor2D;
}

/** One way of normalising activations before encoding. Adding one is a file, a test and a line in the registry. */
export interface Normalisation {
  /** As SAELens spells it in `normalize_activations`. */
  name: string;
  /** Whether `unit` differs from token to token, so that decoding needs the input again. */
  perToken: boolean;
  /** Inside a tidy of the caller. `scale` is the dictionary's own scalar, 1 unless one was given. */
  apply(x: tf.Tensor2D, scale: number): Normalised;
}
