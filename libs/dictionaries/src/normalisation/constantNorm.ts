import { tf } from '@sextant/compute';
import type { Normalisation } from './normalisation';

/**
 * Each token scaled to length sqrt(d). A token of zeros, on which SAELens computes NaN, keeps its zeros and
 * contributes none.
 */
export const constantNorm: Normalisation = {
  name: 'constant_norm_rescale',
  perToken: true,
  apply(x) {
    const length = tf.norm(x, 2, 1, true).as2D(x.shape[0], 1);
    const unit = tf.div(length, Math.sqrt(x.shape[1])).as2D(x.shape[0], 1);
    return { x: tf.divNoNan(x, unit).as2D(...x.shape), unit };
  },
};
