import { SextantError, jobSpecs, type JobKind, type JobRecord, type JobSpec } from '@sextant/schema';
import type { Lab } from '@sextant/store';
import type { z } from 'zod';

/** Where a job is in its work. `done` counts `unit`s of `total` in this stage; metrics become points at `step` (default `done`). */
export interface ProgressReport {
  stage: string;
  done: number;
  total: number;
  unit: string;
  message?: string;
  metrics?: Record<string, number>;
  step?: number;
}

/** What a finished job answers, as JSON. `artifact` is the digest of the main thing it made. */
export type JobResult = Record<string, unknown> & { artifact?: string };

/** What any executor works with, whatever its kind. */
export interface AnyJobContext {
  job: JobRecord;
  lab: Lab;
  /** The job's own folder, kept across restarts and removed once it succeeded: checkpoints go here. */
  dir: string;
  /** Aborted on cancel and on shutdown. Look at it between steps, save what is worth keeping, and throw its reason. */
  signal: AbortSignal;
  /** True when an earlier attempt was interrupted: resume from what `dir` holds. */
  resumed: boolean;
  /** Cheap: call it as often as you like; rate and ETA are added, and it is written a few times a second. */
  progress(report: ProgressReport): void;
  log(line: string): void;
}

export interface JobContext<K extends JobKind> extends AnyJobContext {
  spec: JobSpec<K>;
}

/**
 * Does one kind of job. It must give the event loop a turn (any await on real I/O or setImmediate) at least every few
 * seconds, so that its lease is renewed, and must be able to run again from `dir` after dying at any point.
 */
export interface Executor<K extends JobKind> {
  kind: K;
  run(context: JobContext<K>): Promise<JobResult>;
}

/** Job kind → the module that does it, loaded when first needed. */
export type ExecutorRegistry = { readonly [K in JobKind]?: () => Promise<Executor<K>> };

const specSchemas: { readonly [K in JobKind]: z.ZodType<JobSpec<K>> } = jobSpecs;

/** @throws SextantError INVALID_INPUT naming the first bad field */
export function parseSpec<K extends JobKind>(kind: K, spec: unknown): JobSpec<K> {
  const result = specSchemas[kind].safeParse(spec);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = issue?.path.join('.') ?? '';
  throw new SextantError('INVALID_INPUT', `${kind}: ${field === '' ? 'spec' : field}: ${issue?.message ?? 'invalid'}`, { field });
}
