import { z } from 'zod';
import { defineArchitecture } from './architecture';
import { encodeByTrainedThreshold } from './batchTopKThreshold';

/** Matryoshka BatchTopK (Bussmann et al. 2025) as SAELens's trainer checkpoints it: nested widths, encoded like BatchTopK. */
export const matryoshkaBatchtopk = defineArchitecture({
  name: 'matryoshka_batchtopk',
  tensors: { b_enc: ['n'], topk_threshold: [] },
  options: z.object({
    k: z.number().positive(),
    rescale_acts_by_decoder_norm: z.boolean().default(false),
    matryoshka_widths: z.array(z.number().int().positive()).min(1),
  }),
  complaint({ k, matryoshka_widths: widths }, { n }) {
    if (k > n) return { field: 'k', value: k, message: `k is ${k}, more than the ${n} features` };
    const ascending = widths.every((width, i) => width <= n && width > (widths[i - 1] ?? 0));
    return ascending ? null : { field: 'matryoshka_widths', value: widths, message: `matryoshka_widths [${widths}] must ascend to at most ${n}` };
  },
  unitRows: (options) => options.rescale_acts_by_decoder_norm,
  encode: (call) => encodeByTrainedThreshold(call),
});
