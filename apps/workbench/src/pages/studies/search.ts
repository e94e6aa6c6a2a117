import { z } from 'zod';

export const studySearch = z.object({
  /** Effects of one dose only, or of all. */
  dose: z.number().optional().catch(undefined),
  kept: z.boolean().catch(false).default(false),
});
