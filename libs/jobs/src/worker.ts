import { rmSync } from 'node:fs';
import { SextantError, type JobError, type JobKind, type JobRecord } from '@sextant/schema';
import type { Lab } from '@sextant/store';
import type { Outcome } from './engine';
import { parseSpec, type AnyJobContext, type ExecutorRegistry, type JobResult } from './executor';
import type { JobQueue } from './queue';
import { ProgressReporter } from './reporter';

export interface WorkerOptions {
  lab: Lab;
  queue: JobQueue;
  executors: ExecutorRegistry;
  /** This worker's name in leases; the supervisor knows it too. */
  owner: string;
  /** Aborting it stops the worker: the job in hand goes back to the queue. */
  signal: AbortSignal;
  log?: (line: string, error?: unknown) => void;
  /** Between looks at an empty queue; a poke cuts it short. */
  idleMs?: number;
  heartbeatMs?: number;
  progressMs?: number;
  /** How long an executor may take to stop when asked. */
  graceMs?: number | undefined;
  /** Calls `listener` when there may be new work; returns what stops that. */
  onPoke?: (listener: () => void) => () => void;
}

/** What ended one job: `stuck` means its executor would not stop, and only ending the process frees it. */
export type JobEnd = 'done' | 'stuck';

/**
 * Claims jobs and runs them one at a time until `signal` aborts.
 * @returns 'stopped', or 'stuck' when an executor ignored its signal: the process must then exit.
 */
export async function runWorker(options: WorkerOptions): Promise<'stopped' | 'stuck'> {
  const { queue, owner, signal } = options;
  while (!signal.aborted) {
    const record = await queue.engine.claim(owner);
    if (record === null) {
      await idle(options);
      continue;
    }
    if ((await runJob(record, options)) === 'stuck') return 'stuck';
  }
  return 'stopped';
}

function idle({ signal, onPoke, idleMs = 200 }: WorkerOptions): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      off?.();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, idleMs);
    const off = onPoke?.(end);
    signal.addEventListener('abort', end);
  });
}

/** Runs one claimed job to its end and writes down how it went. */
export async function runJob(record: JobRecord, options: WorkerOptions): Promise<JobEnd> {
  const { lab, queue, owner, signal, log = () => {}, heartbeatMs = 500, progressMs = 250, graceMs = 10_000 } = options;
  const { id } = record;
  const abort = new AbortController();
  const stop = (reason: SextantError) => {
    if (!abort.signal.aborted) abort.abort(reason);
  };
  const onShutdown = () => stop(new SextantError('CANCELLED', 'the worker is shutting down; the job will resume'));
  const beat = async () => {
    const state = await queue.engine.renew(id, owner).catch((error: unknown) => log(`job ${id}: its lease was not renewed`, error));
    if (state === 'cancel-requested') stop(new SextantError('CANCELLED', `job ${id} was cancelled`));
    if (state === 'lost') stop(new SextantError('CANCELLED', `another worker has taken over job ${id}`));
  };
  signal.addEventListener('abort', onShutdown);
  if (signal.aborted) onShutdown();
  const heartbeat = setInterval(() => {
    void beat();
    reporter.flushIfDue();
  }, heartbeatMs);
  const reporter = new ProgressReporter({ lab, queue, id, owner, everyMs: progressMs, onWrite: () => void beat() });
  const context: AnyJobContext = {
    job: record,
    lab,
    dir: lab.jobDir(id),
    signal: abort.signal,
    resumed: record.attempts > 1,
    progress: reporter.report.bind(reporter),
    log: (line: string) => queue.events.append(id, { type: 'log', payload: { line } }),
  };
  log(`job ${id} (${record.kind}) started, attempt ${record.attempts}`);
  try {
    const work = execute(record.kind, record.spec, options.executors, context);
    const outcome = await settle(work, abort.signal, graceMs);
    if (outcome === 'stuck') {
      log(`job ${id} did not stop within ${graceMs} ms of being asked`);
      await queue.engine.release(id, owner, 'it did not stop in time; its worker is restarted');
      return 'stuck';
    }
    reporter.flush();
    await conclude(outcome);
  } finally {
    clearInterval(heartbeat);
    signal.removeEventListener('abort', onShutdown);
  }
  return 'done';

  async function conclude(outcome: { result: JobResult } | { error: unknown }): Promise<void> {
    if ('error' in outcome && abort.signal.aborted) {
      // Cancelled, shut down or taken over; the lease says which.
      const state = await queue.engine.renew(id, owner);
      if (state === 'cancel-requested') await end({ status: 'cancelled' });
      else await queue.engine.release(id, owner, 'its worker was stopped; it will resume');
      return;
    }
    if ('error' in outcome) {
      const error = jobError(outcome.error);
      log(`job ${id} failed: ${error.message}`, outcome.error);
      await end({ status: 'failed', error });
      return;
    }
    if (await end({ status: 'succeeded', result: outcome.result })) rmSync(context.dir, { recursive: true, force: true });
  }

  async function end(outcome: Outcome): Promise<boolean> {
    const written = await queue.engine.finish(id, owner, outcome);
    log(written ? `job ${id} ${outcome.status}` : `job ${id} was taken over by another worker; its end here is not recorded`);
    return written;
  }
}

async function execute<K extends JobKind>(kind: K, spec: unknown, executors: ExecutorRegistry, context: AnyJobContext): Promise<JobResult> {
  const load: ExecutorRegistry[K] = executors[kind];
  if (load === undefined) throw new SextantError('UNAVAILABLE', `this worker cannot do ${kind} jobs`, { field: 'kind', value: kind });
  const executor = await load();
  return executor.run({ ...context, spec: parseSpec(kind, spec) });
}

/** Waits for the work, but once it was told to stop only for `graceMs` more. */
async function settle(work: Promise<JobResult>, signal: AbortSignal, graceMs: number): Promise<{ result: JobResult } | { error: unknown } | 'stuck'> {
  const finished = work.then(
    (result) => ({ result }),
    (error: unknown) => ({ error }),
  );
  let timer: NodeJS.Timeout | undefined;
  const overdue = new Promise<'stuck'>((resolve) => {
    const start = () => {
      timer = setTimeout(() => resolve('stuck'), graceMs);
    };
    if (signal.aborted) start();
    else signal.addEventListener('abort', start, { once: true });
  });
  try {
    return await Promise.race([finished, overdue]);
  } finally {
    clearTimeout(timer);
  }
}

/** What a client may know of a failure: its code, its message and where it lies; never a stack. */
export function jobError(error: unknown): JobError {
  if (error instanceof SextantError) return { code: error.code, message: error.message, detail: { ...error.detail } };
  return { code: 'INTERNAL', message: error instanceof Error ? error.message : String(error), detail: {} };
}
