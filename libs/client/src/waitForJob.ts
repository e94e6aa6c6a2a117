import type { RouterOutputs } from '@sextant/router';
import { SextantError, isSextantErrorCode, type JobProgress, type LabEvent } from '@sextant/schema';
import type { SextantClient } from './createClient';

export interface WaitOptions {
  onProgress?: (progress: JobProgress) => void;
  /** Every event of the job, from its first. */
  onEvent?: (event: LabEvent) => void;
  /** Stops waiting; the job goes on. */
  signal?: AbortSignal;
  /** How long the server may be unreachable before waiting ends. */
  patienceMs?: number;
}

export type JobWithHistory = RouterOutputs['jobs']['get'];

/**
 * Waits until a job ends, following its events and surviving dropped connections.
 * @returns the job, once it has succeeded
 * @throws SextantError with the job's own code and message when it failed; CANCELLED when it was cancelled or `signal`
 *   aborted; UNAVAILABLE when the server stays unreachable.
 */
export async function waitForJob(client: SextantClient, id: string, options: WaitOptions = {}): Promise<JobWithHistory> {
  const job = await endOf(client, id, options);
  if (job.status === 'succeeded') return job;
  if (job.status === 'cancelled') {
    throw new SextantError('CANCELLED', `job ${id} was cancelled`, { hint: `sextant jobs retry ${id} resumes it from its last checkpoint` });
  }
  const { code, message, detail } = job.error ?? { code: 'INTERNAL', message: `job ${id} failed without saying why`, detail: {} };
  throw new SextantError(isSextantErrorCode(code) ? code : 'INTERNAL', message, { ...detail, hint: `sextant jobs show ${id} has its log` });
}

/** Waits like waitForJob, but answers however the job ended. */
export async function endOf(client: SextantClient, id: string, options: WaitOptions = {}): Promise<JobWithHistory> {
  const { onProgress, onEvent, signal, patienceMs = 60_000 } = options;
  const first = await client.jobs.get.query({ id });
  if (isOver(first)) {
    // Its events are still worth telling, but there is nothing to wait for.
    if (first.progress !== null) onProgress?.(first.progress);
    return first;
  }
  return new Promise((resolve, reject) => {
    let lastContact = Date.now();
    const finish = (end: () => void) => {
      clearInterval(check);
      signal?.removeEventListener('abort', onAbort);
      subscription.unsubscribe();
      end();
    };
    const look = async () => {
      try {
        const job = await client.jobs.get.query({ id });
        lastContact = Date.now();
        if (isOver(job)) finish(() => resolve(job));
      } catch (error) {
        if (Date.now() - lastContact > patienceMs) {
          finish(() => reject(new SextantError('UNAVAILABLE', `the server has not answered for ${Math.round(patienceMs / 1000)} s`, {}, { cause: error })));
        }
      }
    };
    const onAbort = () => finish(() => reject(new SextantError('CANCELLED', `stopped waiting for job ${id}`)));
    const subscription = client.jobs.onEvent.subscribe(
      { job: id, lastEventId: 0 },
      {
        onData: ({ data: event }) => {
          lastContact = Date.now();
          onEvent?.(event);
          if (event.type === 'progress') onProgress?.(event.payload);
          if (event.type === 'status') void look();
        },
        // The steady look below decides when patience ends.
        onError: () => {},
      },
    );
    const check = setInterval(() => void look(), 3_000);
    signal?.addEventListener('abort', onAbort);
    if (signal?.aborted === true) onAbort();
  });
}

function isOver(job: JobWithHistory): boolean {
  return job.status !== 'queued' && job.status !== 'running';
}
