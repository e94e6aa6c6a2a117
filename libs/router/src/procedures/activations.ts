import { activationsRecordSchema, digestSchema, jobSpecs } from '@sextant/schema';
import { z } from 'zod';
import { procedure, router } from '../init';
import { pageInput, pageOf } from '../paging';
import { startInput, startJob, startedJob } from '../starting';

export const activationsRouter = router({
  list: procedure
    .meta({ summary: 'Harvested activations, newest first' })
    .input(z.object({ ...pageInput, model: digestSchema.optional() }).prefault({}))
    .output(pageOf(activationsRecordSchema))
    .query(({ ctx, input }) => ctx.lab.activations.list(input)),

  get: procedure
    .meta({ summary: 'One harvest' })
    .input(z.object({ digest: digestSchema }))
    .output(activationsRecordSchema)
    .query(({ ctx, input }) => ctx.lab.activations.get(input.digest)),

  harvest: procedure
    .meta({ summary: 'Run the model over a corpus and store one hook\'s activations' })
    .input(startInput(jobSpecs['activations.harvest']))
    .output(startedJob)
    .mutation(({ ctx, input }) => startJob(ctx, 'activations.harvest', input)),
});
