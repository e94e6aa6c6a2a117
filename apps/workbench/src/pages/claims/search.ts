import { claimStatusSchema } from '@sextant/schema';
import { z } from 'zod';

export const claimsSearch = z.object({
  status: claimStatusSchema.or(z.literal('all')).catch('all').default('all'),
  study: z.string().optional().catch(undefined),
});

export const claimSearch = z.object({
  sort: z.enum(['flips', 'margin']).catch('flips').default('flips'),
  show: z.enum(['all', 'gain', 'loss']).catch('all').default('all'),
});
