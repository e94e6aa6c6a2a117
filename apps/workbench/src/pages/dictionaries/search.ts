import { z } from 'zod';

export const dictionarySearch = z.object({
  sort: z.enum(['index', 'density', 'maxActivation', 'meanActivation']).catch('maxActivation').default('maxActivation'),
  order: z.enum(['ascending', 'descending']).catch('descending').default('descending'),
  filter: z.string().max(200).catch('').default(''),
  alive: z.boolean().catch(false).default(false),
  maxDensity: z.number().min(0).max(1).optional().catch(undefined),
  hidden: z.array(z.string()).catch([]).default([]),
  log: z.boolean().catch(true).default(true),
});
export type DictionarySearch = z.infer<typeof dictionarySearch>;
