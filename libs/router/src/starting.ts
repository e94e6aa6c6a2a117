import type { JobKind, JobSpec } from '@sextant/schema';
import { z } from 'zod';
import type { RouterContext } from './context';

/** Beside the spec, every call that starts work takes these two. */
export const startOptions = {
  /** The same key with the same spec answers the same job; with another spec it is a CONFLICT. */
  idempotencyKey: z.string().min(1).max(200).optional(),
  /** The experiment that the job belongs to. */
  experimentId: z.string().optional(),
};
export const startedJob = z.object({ jobId: z.string() });

/** Input of a call that starts a job: the job's spec and the two options. */
export function startInput<Shape extends z.ZodRawShape>(spec: z.ZodObject<Shape>) {
  return spec.extend(startOptions);
}

type StartInput<K extends JobKind> = JobSpec<K> & { idempotencyKey?: string | undefined; experimentId?: string | undefined };

/** Queues the job and answers its id; nothing has run yet. */
export async function startJob<K extends JobKind>(context: RouterContext, kind: K, input: StartInput<K>): Promise<{ jobId: string }> {
  const { idempotencyKey, experimentId, ...spec } = input;
  const job = await context.queue.enqueue({ kind, spec, idempotencyKey, experiment: experimentId });
  return { jobId: job.id };
}
