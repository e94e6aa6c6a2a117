import { z } from 'zod';
import { encodeThreshold, tf, type Codes } from '@sextant/compute';
import { defineArchitecture, tensorOf, type EncodeCall } from './architecture';

/** f = ReLU(p) · (p > threshold): a feature's pre-activation must exceed its own threshold, strictly, and zero. */
export function encodeJumpRelu({ x, weights, center, subset }: EncodeCall<unknown>): Codes {
  const threshold = tf.relu(tensorOf(weights, 'threshold'));
  return encodeThreshold({ x, weights: weights.encoder, bias: tensorOf(weights, 'b_enc'), center, subset }, { threshold });
}

/** JumpReLU dictionary (Rajamanoharan et al. 2024). SAELens also writes BatchTopK and Matryoshka ones in this form. */
export const jumprelu = defineArchitecture({
  name: 'jumprelu',
  tensors: { b_enc: ['n'], threshold: ['n'] },
  options: z.object({}),
  encode: encodeJumpRelu,
});
