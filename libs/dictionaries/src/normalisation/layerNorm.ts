import { tf } from '@sextant/compute';
import type { Normalisation } from './normalisation';

const eps = 1e-5;

/**
 * Each token minus its mean, divided by its unbiased standard deviation + 1e-5; the reconstruction is multiplied by the
 * deviation without the 1e-5 (SAELens, sae.py `run_time_activation_ln_in`).
 */
export const layerNorm: Normalisation = {
  name: 'layer_norm',
  perToken: true,
  apply(x) {
    const mean = tf.mean(x, 1, true).as2D(x.shape[0], 1);
    const centred = tf.sub(x, mean);
    const variance = tf.div(tf.sum(tf.square(centred), 1, true), Math.max(1, x.shape[1] - 1));
    const deviation = tf.sqrt(variance).as2D(x.shape[0], 1);
    return { x: tf.div(centred, tf.add(deviation, eps)).as2D(...x.shape), unit: deviation, offset: mean };
  },
};
