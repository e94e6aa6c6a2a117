import { experimentSchema } from '@sextant/schema';
import { z } from 'zod';
import { procedure, router } from '../init';
import { pageInput, pageOf } from '../paging';

export const experimentsRouter = router({
  list: procedure
    .meta({ summary: 'Experiments, newest first' })
    .input(z.object({ ...pageInput, kind: z.string().optional(), status: experimentSchema.shape.status.optional() }).prefault({}))
    .output(pageOf(experimentSchema))
    .query(({ ctx, input }) => ctx.lab.experiments.list(input)),

  get: procedure
    .meta({ summary: 'One experiment' })
    .input(z.object({ id: z.string() }))
    .output(experimentSchema)
    .query(({ ctx, input }) => ctx.lab.experiments.get(input.id)),

  create: procedure
    .meta({ summary: 'Open an experiment that jobs can belong to' })
    .input(
      z.object({
        name: z.string().trim().min(1).max(200),
        kind: z.string().trim().min(1).max(100),
        config: z.record(z.string(), z.unknown()).default({}),
        tags: z.array(z.string().trim().min(1).max(60)).max(32).default([]),
      }),
    )
    .output(z.object({ id: z.string() }))
    .mutation(({ ctx, input }) => ({ id: ctx.lab.experiments.create(input) })),

  finish: procedure
    .meta({ summary: 'Close an experiment' })
    .input(z.object({ id: z.string(), status: z.enum(['finished', 'failed', 'cancelled']).default('finished') }))
    .output(experimentSchema)
    .mutation(({ ctx, input }) => ctx.lab.experiments.finish(input.id, input.status)),

  annotate: procedure
    .meta({ summary: 'Set an experiment\'s notes and tags' })
    .input(
      z.object({
        id: z.string(),
        notes: z.string().max(20_000).nullable().optional(),
        tags: z.array(z.string().trim().min(1).max(60)).max(32).optional(),
      }),
    )
    .output(experimentSchema)
    .mutation(({ ctx, input }) => ctx.lab.experiments.annotate(input)),
});
