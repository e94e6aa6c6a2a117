import { tf } from '@sextant/compute';

/** Lengths [N, 1] along a vector [d]: [N, d]. */
export const along = (lengths: tf.Tensor, vector: Float32Array): tf.Tensor2D =>
  tf.mul<tf.Tensor2D>(lengths, tf.tensor2d(vector, [1, vector.length]));
