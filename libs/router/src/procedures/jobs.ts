import { interactiveMethods, jobRecordSchema, jobStatusSchema, labEventSchema, logLineSchema, metricPointSchema } from '@sextant/schema';
import { tracked } from '@trpc/server';
import { z } from 'zod';
import { procedure, router, stream } from '../init';
import { pageInput, pageOf } from '../paging';

const estimate = interactiveMethods['jobs.estimate'];

export const jobsRouter = router({
  list: procedure
    .meta({ summary: 'Jobs, newest first' })
    .input(z.object({ ...pageInput, status: jobStatusSchema.optional(), experiment: z.string().optional() }).prefault({}))
    .output(pageOf(jobRecordSchema))
    .query(({ ctx, input }) => ctx.queue.list(input)),

  get: procedure
    .meta({ summary: 'One job: spec, progress, result or error, metric curves and log' })
    .input(z.object({ id: z.string() }))
    .output(jobRecordSchema.extend({ metricPoints: z.array(metricPointSchema), log: z.array(logLineSchema) }))
    .query(({ ctx, input }) => ({
      ...ctx.queue.get(input.id),
      metricPoints: ctx.queue.metrics.points(input.id),
      log: ctx.queue.events.log(input.id),
    })),

  estimate: procedure
    .meta({ summary: 'What a job would cost, before it is started: work, bytes and seconds, from a timed sample on this machine' })
    .input(estimate.params)
    .output(estimate.event)
    .query(({ ctx, input, signal }) => ctx.interactive.ask('jobs.estimate', input, signal)),

  cancel: procedure
    .meta({ summary: 'Ask a job to stop; what it saved stays, so that retry resumes it' })
    .input(z.object({ id: z.string() }))
    .output(jobRecordSchema)
    .mutation(({ ctx, input }) => ctx.queue.cancel(input.id)),

  retry: procedure
    .meta({ summary: 'Queue a failed or cancelled job again; it resumes from its last checkpoint' })
    .input(z.object({ id: z.string() }))
    .output(jobRecordSchema)
    .mutation(({ ctx, input }) => ctx.queue.retry(input.id)),

  onEvent: procedure
    .meta({ summary: 'What happens to jobs, live; resumes after lastEventId', event: labEventSchema })
    .input(
      z
        .object({
          job: z.string().optional(),
          experiment: z.string().optional(),
          /** Set by the client when it reconnects; events after this `seq` are replayed first. */
          lastEventId: z.coerce.number().int().nonnegative().nullish(),
        })
        .prefault({}),
    )
    .subscription(async function* ({ ctx, input, signal }) {
      for await (const event of stream(ctx.events.follow({ ...input, after: input.lastEventId ?? null, signal }))) {
        yield tracked(String(event.seq), event);
      }
    }),
});
