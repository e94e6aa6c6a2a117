import { jobKindSchema } from '@sextant/schema';
import { z } from 'zod';

export const startSearch = z.object({
  kind: jobKindSchema.catch('study.run').default('study.run'),
  /** A spec to begin from, such as that of the job to run again with changes. */
  spec: z.record(z.string(), z.unknown()).optional().catch(undefined),
});
