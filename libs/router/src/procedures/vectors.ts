import { digestSchema, jobSpecs, vectorRecordSchema } from '@sextant/schema';
import { z } from 'zod';
import { procedure, router } from '../init';
import { pageInput, pageOf } from '../paging';
import { startInput, startJob, startedJob } from '../starting';

export const vectorsRouter = router({
  list: procedure
    .meta({ summary: 'Steering vectors, newest first' })
    .input(z.object({ ...pageInput, model: digestSchema.optional() }).prefault({}))
    .output(pageOf(vectorRecordSchema))
    .query(({ ctx, input }) => ctx.lab.vectors.list(input)),

  make: procedure
    .meta({ summary: 'Make a steering vector: mean difference, random, or a decoder direction' })
    .input(startInput(jobSpecs['vector.make']))
    .output(startedJob)
    .mutation(({ ctx, input }) => startJob(ctx, 'vector.make', input)),
});
