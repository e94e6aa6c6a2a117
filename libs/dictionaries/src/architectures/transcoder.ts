import { z } from 'zod';
import { encodeThreshold } from '@sextant/compute';
import { defineArchitecture, tensorOf } from './architecture';

/** ReLU transcoder: reads one hook, reconstructs another (Dunefsky et al. 2024). */
export const transcoder = defineArchitecture({
  name: 'transcoder',
  transcoder: true,
  tensors: { b_enc: ['n'] },
  options: z.object({}),
  encode: ({ x, weights, subset }) => encodeThreshold({ x, weights: weights.encoder, bias: tensorOf(weights, 'b_enc'), subset }),
});
