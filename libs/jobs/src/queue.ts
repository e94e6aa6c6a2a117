import type { JobRecord, JobStatus } from '@sextant/schema';
import { countRows, tables, type Lab, type Page, type PageQuery } from '@sextant/store';
import { eq } from 'drizzle-orm';
import type { EnqueueOptions, JobEngine } from './engine';
import { EventLog } from './events';
import { LocalEngine, type LocalEngineOptions } from './localEngine';
import { MetricLog } from './metrics';
import { getJob, listJobs } from './records';

/** Jobs as everyone but their workers see them: the rows, their events and curves, and starting and stopping them. */
export class JobQueue {
  readonly events: EventLog;
  readonly metrics: MetricLog;
  readonly engine: JobEngine;
  readonly #listeners = new Set<() => void>();

  constructor(
    private readonly lab: Lab,
    options: LocalEngineOptions & { engine?: JobEngine } = {},
  ) {
    this.events = new EventLog(lab);
    this.metrics = new MetricLog(lab);
    this.engine = options.engine ?? new LocalEngine(lab, this.events, options);
  }

  async enqueue(options: EnqueueOptions): Promise<JobRecord> {
    const record = await this.engine.enqueue(options);
    this.#changed();
    return record;
  }

  async cancel(id: string): Promise<JobRecord> {
    const record = await this.engine.cancel(id);
    this.#changed();
    return record;
  }

  async retry(id: string): Promise<JobRecord> {
    const record = await this.engine.retry(id);
    this.#changed();
    return record;
  }

  get(id: string): JobRecord {
    return getJob(this.lab, id);
  }

  list(query: PageQuery & { status?: JobStatus | undefined; experiment?: string | undefined } = {}): Page<JobRecord> {
    return listJobs(this.lab, query);
  }

  count(status: JobStatus): number {
    return countRows(this.lab.orm, tables.job, eq(tables.job.status, status));
  }

  /** Calls `listener` when this process queued, cancelled or retried a job. @returns stops it */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
