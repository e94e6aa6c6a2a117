import { digestSchema, interventionSchema, savedInterventionSchema } from '@sextant/schema';
import { z } from 'zod';
import { procedure, router } from '../init';
import { pageInput, pageOf } from '../paging';

export const interventionsRouter = router({
  list: procedure
    .meta({ summary: 'Named interventions, newest first' })
    .input(z.object({ ...pageInput }).prefault({}))
    .output(pageOf(savedInterventionSchema))
    .query(({ ctx, input }) => ctx.lab.interventions.list(input)),

  get: procedure
    .meta({ summary: 'One intervention by its hash, named or not' })
    .input(z.object({ hash: digestSchema }))
    .output(savedInterventionSchema)
    .query(({ ctx, input }) => ctx.lab.interventions.get(input.hash)),

  save: procedure
    .meta({ summary: 'Keep an intervention under a name' })
    .input(z.object({ name: z.string().trim().min(1).max(200), intervention: interventionSchema }))
    .output(z.object({ hash: digestSchema }))
    .mutation(({ ctx, input }) => ({ hash: ctx.lab.interventions.save(input.intervention, input.name) })),
});
