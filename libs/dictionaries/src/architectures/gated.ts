import { z } from 'zod';
import { preActivations, tf } from '@sextant/compute';
import { defineArchitecture, tensorOf } from './architecture';

/**
 * Gated dictionary (Rajamanoharan et al. 2024): one set of encoder rows decides whether a feature fires (b_gate), the
 * same rows scaled by e^r_mag decide how strongly (b_mag).
 */
export const gated = defineArchitecture({
  name: 'gated',
  tensors: { b_gate: ['n'], b_mag: ['n'], r_mag: ['n'] },
  options: z.object({}),
  encode({ x, weights, center }) {
    const raw = preActivations({ x, weights: weights.encoder, bias: tf.zerosLike(weights.decoderNorms), center });
    const gate = tf.step(tf.add(raw, tensorOf(weights, 'b_gate')));
    const magnitude = tf.relu(tf.add(tf.mul(raw, tf.exp(tensorOf(weights, 'r_mag'))), tensorOf(weights, 'b_mag')));
    const dense = tf.mul(gate, magnitude).as2D(...raw.shape);
    return { layout: 'dense', rows: raw.shape[0], n: raw.shape[1], dense };
  },
});
