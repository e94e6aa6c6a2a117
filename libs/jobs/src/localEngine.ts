import { SextantError, hashJson, type JobError, type JobRecord, type JobStatus } from '@sextant/schema';
import { newId, tables, timestamp, type Lab } from '@sextant/store';
import { and, asc, eq, inArray, isNotNull, lt, or } from 'drizzle-orm';
import type { EnqueueOptions, JobEngine, LeaseState, Outcome } from './engine';
import type { EventLog } from './events';
import { parseSpec } from './executor';
import { getJob, recordOf } from './records';

const { job } = tables;
type JobRow = typeof job.$inferSelect;

export interface LocalEngineOptions {
  /** A worker that has not renewed for this long is taken for dead. */
  leaseMs?: number;
  /** Workers lost on one job before it is given up: it is then the likely cause. */
  maxCrashes?: number;
  now?: () => number;
}

/** Leases in the lab's own SQLite file: one host, any number of processes. */
export class LocalEngine implements JobEngine {
  readonly #leaseMs: number;
  readonly #maxCrashes: number;
  readonly #now: () => number;

  constructor(
    private readonly lab: Lab,
    private readonly events: EventLog,
    options: LocalEngineOptions = {},
  ) {
    this.#leaseMs = options.leaseMs ?? 8_000;
    this.#maxCrashes = options.maxCrashes ?? 20;
    this.#now = options.now ?? Date.now;
  }

  async enqueue({ kind, spec, idempotencyKey, experiment }: EnqueueOptions): Promise<JobRecord> {
    const parsed = parseSpec(kind, spec);
    const specHash = hashJson({ kind, spec: parsed });
    if (experiment !== undefined) this.lab.experiments.get(experiment);
    return this.lab.transact(() => {
      const before = idempotencyKey === undefined ? undefined : this.lab.orm.select().from(job).where(eq(job.idempotencyKey, idempotencyKey)).get();
      if (before !== undefined) {
        if (before.specHash === specHash) return recordOf(before);
        throw new SextantError('CONFLICT', `idempotencyKey: ${idempotencyKey} already started job ${before.id} with another spec`, {
          field: 'idempotencyKey',
          value: idempotencyKey,
          hint: 'use a new key for new work',
        });
      }
      const id = newId('job');
      this.lab.orm
        .insert(job)
        .values({ id, kind, status: 'queued', spec: { ...parsed }, specHash, idempotencyKey, experiment, createdAt: timestamp() })
        .run();
      return this.#announce(id, null);
    });
  }

  async claim(owner: string): Promise<JobRecord | null> {
    return this.lab.transact(() => {
      for (;;) {
        const expired = and(eq(job.status, 'running'), lt(job.leaseUntil, this.#now()));
        const row = this.lab.orm.select().from(job).where(or(eq(job.status, 'queued'), expired)).orderBy(asc(job.createdAt), asc(job.id)).limit(1).get();
        if (row === undefined) return null;
        if (row.status === 'running' && !this.#setFree(row)) continue;
        this.lab.orm
          .update(job)
          .set({
            status: 'running',
            leaseOwner: owner,
            leaseUntil: this.#now() + this.#leaseMs,
            attempts: row.attempts + 1,
            startedAt: row.startedAt ?? timestamp(),
          })
          .where(eq(job.id, row.id))
          .run();
        return this.#announce(row.id, row.attempts > 0 ? 'resumed by another worker' : null);
      }
    });
  }

  async renew(id: string, owner: string): Promise<LeaseState> {
    return this.#renew(id, owner);
  }

  #renew(id: string, owner: string): LeaseState {
    const row = this.lab.orm
      .update(job)
      .set({ leaseUntil: this.#now() + this.#leaseMs })
      .where(this.#heldBy(id, owner))
      .returning({ cancelRequestedAt: job.cancelRequestedAt })
      .get();
    if (row === undefined) return 'lost';
    return row.cancelRequestedAt === null ? 'held' : 'cancel-requested';
  }

  async finish(id: string, owner: string, outcome: Outcome): Promise<boolean> {
    return this.lab.transact(() => {
      if (this.#renew(id, owner) === 'lost') return false;
      this.#end(id, outcome);
      return true;
    });
  }

  async release(id: string, owner: string, reason: string): Promise<void> {
    this.lab.transact(() => {
      const row = this.lab.orm.select().from(job).where(this.#heldBy(id, owner)).get();
      if (row === undefined) return;
      if (row.cancelRequestedAt !== null) this.#end(id, { status: 'cancelled' });
      else this.#requeue(id, reason);
    });
  }

  async ownerLost(owner: string): Promise<void> {
    this.lab.transact(() => {
      const rows = this.lab.orm.select().from(job).where(and(eq(job.status, 'running'), eq(job.leaseOwner, owner))).all();
      for (const row of rows) {
        if (this.#setFree(row)) this.#requeue(row.id, 'its worker stopped unexpectedly; it will resume');
      }
    });
  }

  async overdue(graceMs: number): Promise<{ id: string; owner: string }[]> {
    return this.lab.orm
      .select({ id: job.id, owner: job.leaseOwner })
      .from(job)
      .where(and(eq(job.status, 'running'), isNotNull(job.leaseOwner), lt(job.cancelRequestedAt, this.#now() - graceMs)))
      .all()
      .flatMap(({ id, owner }) => (owner === null ? [] : [{ id, owner }]));
  }

  async cancel(id: string): Promise<JobRecord> {
    return this.lab.transact(() => {
      const { status } = getJob(this.lab, id);
      if (status === 'queued') this.#end(id, { status: 'cancelled' });
      else if (status === 'running') {
        this.lab.orm.update(job).set({ cancelRequestedAt: this.#now() }).where(and(eq(job.id, id), eq(job.status, 'running'))).run();
      } else if (status !== 'cancelled') {
        throw new SextantError('CONFLICT', `job ${id} has already ${status}; there is nothing to cancel`, { field: 'id', value: id });
      }
      return getJob(this.lab, id);
    });
  }

  async retry(id: string): Promise<JobRecord> {
    return this.lab.transact(() => {
      const { status } = getJob(this.lab, id);
      if (status !== 'failed' && status !== 'cancelled') {
        throw new SextantError('CONFLICT', `job ${id} is ${status}; only a failed or cancelled job can be retried`, { field: 'id', value: id });
      }
      this.lab.orm
        .update(job)
        .set({ status: 'queued', error: null, result: null, crashes: 0, cancelRequestedAt: null, finishedAt: null, leaseOwner: null, leaseUntil: null })
        .where(eq(job.id, id))
        .run();
      return this.#announce(id, 'retried');
    });
  }

  #heldBy(id: string, owner: string) {
    return and(eq(job.id, id), eq(job.status, 'running'), eq(job.leaseOwner, owner));
  }

  /** Takes a job from a dead worker. @returns false when that ended it: it was to be cancelled, or has cost too many workers */
  #setFree(row: JobRow): boolean {
    const crashes = row.crashes + 1;
    if (row.cancelRequestedAt !== null) {
      this.#end(row.id, { status: 'cancelled' });
      return false;
    }
    if (crashes > this.#maxCrashes) {
      const message = `${crashes} workers in a row died on this job; it was given up. Free memory or lower its batch size, then retry it`;
      this.#end(row.id, { status: 'failed', error: { code: 'INTERNAL', message, detail: {} } });
      return false;
    }
    this.lab.orm.update(job).set({ crashes }).where(eq(job.id, row.id)).run();
    return true;
  }

  #requeue(id: string, reason: string): void {
    this.lab.orm.update(job).set({ status: 'queued', leaseOwner: null, leaseUntil: null }).where(eq(job.id, id)).run();
    this.#announce(id, reason);
  }

  #end(id: string, outcome: Outcome): void {
    const error: JobError | null = outcome.status === 'failed' ? outcome.error : null;
    const result = outcome.status === 'succeeded' ? outcome.result : null;
    this.lab.orm
      .update(job)
      .set({ status: outcome.status, error, result, leaseOwner: null, leaseUntil: null, finishedAt: timestamp() })
      .where(and(eq(job.id, id), inArray(job.status, ['queued', 'running'] satisfies JobStatus[])))
      .run();
    this.events.prune(id);
    this.#announce(id, null);
  }

  #announce(id: string, reason: string | null): JobRecord {
    const record = getJob(this.lab, id);
    const { status, attempts, error, result } = record;
    this.events.append(id, { type: 'status', payload: { status, attempts, error, result, reason } });
    return record;
  }
}
