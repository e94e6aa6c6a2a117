import { z } from 'zod';
import { encodeThreshold } from '@sextant/compute';
import { defineArchitecture, tensorOf } from './architecture';

/** ReLU dictionary, trained with an L1 penalty (papers.md 1.2): f = ReLU(W_enc (x − center) + b_enc). */
export const standard = defineArchitecture({
  name: 'standard',
  tensors: { b_enc: ['n'] },
  options: z.object({}),
  encode: ({ x, weights, center, subset }) => encodeThreshold({ x, weights: weights.encoder, bias: tensorOf(weights, 'b_enc'), center, subset }),
});
