import { z } from 'zod';

export const evalsSearch = z.object({ task: z.string().optional().catch(undefined), study: z.string().optional().catch(undefined) });

export const evalRunSearch = z.object({
  filter: z.string().max(200).catch('').default(''),
  show: z.enum(['all', 'correct', 'wrong']).catch('all').default('all'),
});
