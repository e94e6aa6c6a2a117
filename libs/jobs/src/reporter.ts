import type { JobProgress, MetricPoint } from '@sextant/schema';
import { tables, type Lab } from '@sextant/store';
import { and, eq } from 'drizzle-orm';
import type { ProgressReport } from './executor';
import type { JobQueue } from './queue';
import { RateMeter } from './rate';

const { job } = tables;

/** Turns an executor's many progress calls into a few writes a second, with rate and ETA. */
export class ProgressReporter {
  readonly #meter = new RateMeter();
  #latest: JobProgress | null = null;
  #points: MetricPoint[] = [];
  #writtenAt = 0;
  #writtenStage: string | null = null;
  #dirty = false;

  constructor(
    private readonly options: { lab: Lab; queue: JobQueue; id: string; owner: string; everyMs: number; onWrite: () => void },
  ) {}

  report({ stage, done, total, unit, message, metrics, step }: ProgressReport): void {
    const atMs = Date.now();
    this.#latest = {
      stage,
      done,
      total,
      unit,
      ...this.#meter.update({ stage, done, total, atMs }),
      ...(message === undefined ? {} : { message }),
      ...(metrics === undefined ? {} : { metrics: finiteOnly(metrics) }),
    };
    this.#dirty = true;
    for (const [name, value] of Object.entries(this.#latest.metrics ?? {})) this.#points.push({ name, step: step ?? done, value });
    if (stage !== this.#writtenStage || done >= total) this.flush(atMs);
    else this.flushIfDue(atMs);
  }

  /** Writes what has waited long enough; the heartbeat calls it, so that the last report before a long pause is seen. */
  flushIfDue(atMs = Date.now()): void {
    if (atMs - this.#writtenAt >= this.options.everyMs) this.flush(atMs);
  }

  /** Writes what is not written yet. */
  flush(atMs = Date.now()): void {
    const progress = this.#latest;
    if (!this.#dirty || progress === null) return;
    const { lab, queue, id, owner, onWrite } = this.options;
    lab.transact(() => {
      const { changes } = lab.orm.update(job).set({ progress }).where(and(eq(job.id, id), eq(job.leaseOwner, owner))).run();
      if (changes === 0) return;
      queue.events.append(id, { type: 'progress', payload: progress });
      if (this.#points.length === 0) return;
      queue.metrics.add(id, this.#points);
      queue.events.append(id, { type: 'metric', payload: { points: this.#points } });
    });
    this.#points = [];
    this.#dirty = false;
    this.#writtenAt = atMs;
    this.#writtenStage = progress.stage;
    onWrite();
  }
}

/** JSON has no NaN: a loss that blew up is left out of the curve rather than written as null. */
function finiteOnly(metrics: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(metrics).filter(([, value]) => Number.isFinite(value)));
}
