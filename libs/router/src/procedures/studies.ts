import { jobSpecs, studySchema, studySummarySchema } from '@sextant/schema';
import { z } from 'zod';
import { procedure, router } from '../init';
import { pageInput, pageOf } from '../paging';
import { startInput, startJob, startedJob } from '../starting';

export const studiesRouter = router({
  list: procedure
    .meta({ summary: 'Studies, newest first' })
    .input(z.object({ ...pageInput }).prefault({}))
    .output(pageOf(studySummarySchema))
    .query(({ ctx, input }) => ctx.lab.studies.list(input)),

  get: procedure
    .meta({ summary: 'A study: frozen plan, candidates, effects with their controls, claims, runs' })
    .input(z.object({ id: z.string() }))
    .output(studySchema)
    .query(({ ctx, input }) => ctx.lab.studies.get(input.id)),

  create: procedure
    .meta({ summary: 'Freeze a plan and run it' })
    .input(startInput(jobSpecs['study.run']))
    .output(startedJob)
    .mutation(({ ctx, input }) => startJob(ctx, 'study.run', input)),
});
