import { interactiveMethods } from '@sextant/schema';
import { z } from 'zod';
import { procedure, router } from '../init';

const count = z.number().int();

export const systemInfoSchema = z.object({
  version: z.string(),
  codeVersion: z.string(),
  lab: z.object({ id: z.string(), name: z.string(), dir: z.string(), createdAt: z.string(), bytes: count }),
  node: z.string(),
  database: z.string(),
  /** Null until a worker has had to compute something. */
  backend: z.object({ name: z.string(), reason: z.string(), isa: z.string(), threads: count }).nullable(),
  counts: z.object({
    models: count,
    corpora: count,
    activations: count,
    dictionaries: count,
    features: count,
    studies: count,
    claims: count,
    experiments: count,
    jobsRunning: count,
    jobsQueued: count,
  }),
});

export const systemRouter = router({
  info: procedure
    .meta({ summary: 'What this lab holds and what it runs on' })
    .output(systemInfoSchema)
    .query(({ ctx }) => ({
      ...ctx.host,
      lab: { ...ctx.lab.info, dir: ctx.lab.dir, bytes: ctx.lab.artifacts.bytes() },
      node: process.version,
      database: ctx.lab.database,
      backend: ctx.interactive.backend,
      counts: { ...ctx.lab.counts(), jobsRunning: ctx.queue.count('running'), jobsQueued: ctx.queue.count('queued') },
    })),

  doctor: procedure
    .meta({ summary: 'Which tensor backends are here, how fast they are, and what is missing' })
    .output(interactiveMethods['system.doctor'].event)
    .query(({ ctx, signal }) => ctx.interactive.ask('system.doctor', {}, signal)),
});
