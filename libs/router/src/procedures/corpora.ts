import { corpusRecordSchema, digestSchema, jobSpecs } from '@sextant/schema';
import { z } from 'zod';
import { procedure, router } from '../init';
import { pageInput, pageOf } from '../paging';
import { startInput, startJob, startedJob } from '../starting';

export const corporaRouter = router({
  list: procedure
    .meta({ summary: 'Corpora in the lab, newest first' })
    .input(z.object({ ...pageInput }).prefault({}))
    .output(pageOf(corpusRecordSchema))
    .query(({ ctx, input }) => ctx.lab.corpora.list(input)),

  get: procedure
    .meta({ summary: 'One corpus' })
    .input(z.object({ digest: digestSchema }))
    .output(corpusRecordSchema)
    .query(({ ctx, input }) => ctx.lab.corpora.get(input.digest)),

  create: procedure
    .meta({ summary: 'Generate or read a text and cut it into token rows' })
    .input(startInput(jobSpecs['corpus.create']))
    .output(startedJob)
    .mutation(({ ctx, input }) => startJob(ctx, 'corpus.create', input)),
});
