import { z } from 'zod';
import type { DictionaryConfig } from '../config';

/** Settings of the TopK family in cfg.json. No default for k: the library's own is 100, silently. */
export const topKOptions = z.object({
  k: z.number({ error: (issue) => `k is ${JSON.stringify(issue.input)}; expected a whole number` }).int().positive(),
  rescale_acts_by_decoder_norm: z.boolean().default(false),
});
export type TopKOptions = z.infer<typeof topKOptions>;

export function kComplaint({ k }: { k: number }, { n }: DictionaryConfig): { field: string; value: unknown; message: string } | null {
  return k > n ? { field: 'k', value: k, message: `k is ${k}, more than the ${n} features` } : null;
}
