import { claimItemSchema, claimSchema, claimStatusSchema, interactiveMethods, storedEffectSchema, studySummarySchema } from '@sextant/schema';
import { z } from 'zod';
import { procedure, router } from '../init';
import { pageInput, pageOf } from '../paging';

export const claimsRouter = router({
  list: procedure
    .meta({ summary: 'Claims, newest first' })
    .input(z.object({ ...pageInput, status: claimStatusSchema.optional(), study: z.string().optional() }).prefault({}))
    .output(pageOf(claimSchema))
    .query(({ ctx, input }) => ctx.lab.claims.list(input)),

  get: procedure
    .meta({ summary: 'A claim with the effects behind it: this feature at every dose, and every control' })
    .input(z.object({ id: z.string() }))
    // `study` of a claim is its id; the study's own record travels beside it.
    .output(claimSchema.extend({ effects: z.array(storedEffectSchema), studyRecord: studySummarySchema }))
    .query(({ ctx, input }) => {
      const claim = ctx.lab.claims.get(input.id);
      return { ...claim, effects: ctx.lab.claims.effects(claim.id), studyRecord: ctx.lab.studies.summary(claim.study) };
    }),

  items: procedure
    .meta({ summary: 'Items of a claim, baseline and steered side by side; flips first or by change of margin' })
    .input(z.object({ id: z.string(), sort: z.enum(['flips', 'margin']).default('flips'), ...pageInput }))
    .output(pageOf(claimItemSchema))
    .query(({ ctx, input }) => ctx.lab.claims.items(input)),

  recompute: procedure
    .meta({ summary: 'Compute a claim again from its stored items and compare' })
    .input(z.object({ id: z.string() }))
    .output(interactiveMethods['claims.recompute'].event)
    .mutation(({ ctx, input, signal }) => ctx.interactive.ask('claims.recompute', { claim: input.id }, signal)),
});
