import { jobStatusSchema } from '@sextant/schema';
import { z } from 'zod';

export const experimentsSearch = z.object({
  view: z.enum(['experiments', 'jobs']).catch('experiments').default('experiments'),
  status: jobStatusSchema.or(z.literal('all')).catch('all').default('all'),
  /** Jobs whose specs and curves lie side by side. */
  compare: z.array(z.string()).max(4).catch([]).default([]),
  diff: z.boolean().catch(true).default(true),
});
