import { z } from 'zod';
import { defineArchitecture } from './architecture';
import { encodeByTrainedThreshold } from './batchTopKThreshold';

/**
 * BatchTopK (Bussmann et al. 2024) as SAELens's trainer checkpoints it: k · rows activations of a batch were kept on
 * average; k may be fractional. Its inference files are `jumprelu`.
 */
export const batchtopk = defineArchitecture({
  name: 'batchtopk',
  tensors: { b_enc: ['n'], topk_threshold: [] },
  options: z.object({ k: z.number().positive(), rescale_acts_by_decoder_norm: z.boolean().default(false) }),
  complaint: ({ k }, { n }) => (k > n ? { field: 'k', value: k, message: `k is ${k}, more than the ${n} features` } : null),
  unitRows: (options) => options.rescale_acts_by_decoder_norm,
  encode: (call) => encodeByTrainedThreshold(call),
});
