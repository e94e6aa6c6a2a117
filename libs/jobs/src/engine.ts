import type { JobError, JobKind, JobRecord } from '@sextant/schema';
import type { JobResult } from './executor';

export interface EnqueueOptions {
  kind: JobKind;
  spec: unknown;
  /** The same key with the same spec is the same job. */
  idempotencyKey?: string | undefined;
  experiment?: string | undefined;
}

export type Outcome = { status: 'succeeded'; result: JobResult } | { status: 'failed'; error: JobError } | { status: 'cancelled' };

export type LeaseState = 'held' | 'cancel-requested' | 'lost';

/**
 * Who gets which job, and when. Rows in the lab stay the record of every job whatever engine hands them out; the local
 * engine keeps its leases in the same table, another (BullMQ on Redis, say) would keep them elsewhere.
 */
export interface JobEngine {
  /** @throws SextantError INVALID_INPUT, NOT_FOUND (experiment), CONFLICT (idempotency key with another spec) */
  enqueue(options: EnqueueOptions): Promise<JobRecord>;
  /** The next job for this worker, now leased to it; null when there is none. */
  claim(owner: string): Promise<JobRecord | null>;
  /** Keeps the lease, and says whether it still holds and whether someone asked the job to stop. */
  renew(id: string, owner: string): Promise<LeaseState>;
  /** Ends a job that this worker holds. @returns false when the lease was lost, and nothing was written */
  finish(id: string, owner: string, outcome: Outcome): Promise<boolean>;
  /** Gives a job back unfinished, to be resumed by the next worker. */
  release(id: string, owner: string, reason: string): Promise<void>;
  /** The worker is known to be dead: its jobs are free at once, without waiting for the lease. */
  ownerLost(owner: string): Promise<void>;
  /** Running jobs that were asked to stop longer than `graceMs` ago, with the worker that holds them. */
  overdue(graceMs: number): Promise<{ id: string; owner: string }[]>;
  /** @throws SextantError NOT_FOUND, CONFLICT when it already ended otherwise */
  cancel(id: string): Promise<JobRecord>;
  /** @throws SextantError NOT_FOUND, CONFLICT when it is not failed or cancelled */
  retry(id: string): Promise<JobRecord>;
}
