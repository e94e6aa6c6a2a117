import { labEventSchema, type JobEventBody, type LabEvent, type LogLine } from '@sextant/schema';
import { tables, timestamp, type Lab } from '@sextant/store';
import { and, asc, desc, eq, gt, inArray, ne, type SQL } from 'drizzle-orm';

const { event, job } = tables;

export interface EventFilter {
  job?: string | undefined;
  experiment?: string | undefined;
}

/** The lab's events: what happened to jobs, in order. */
export class EventLog {
  constructor(private readonly lab: Lab) {}

  append(jobId: string, body: JobEventBody): void {
    this.lab.orm.insert(event).values({ job: jobId, type: body.type, payload: body.payload, at: timestamp() }).run();
  }

  /** The highest `seq` so far; 0 in an empty lab. */
  last(): number {
    return this.lab.orm.select({ seq: event.seq }).from(event).orderBy(desc(event.seq)).limit(1).get()?.seq ?? 0;
  }

  /** Events after `seq`, oldest first. */
  after(seq: number, filter: EventFilter = {}, limit = 1_000): LabEvent[] {
    const where: SQL | undefined = and(
      gt(event.seq, seq),
      filter.job === undefined ? undefined : eq(event.job, filter.job),
      filter.experiment === undefined ? undefined : eq(job.experiment, filter.experiment),
    );
    return this.lab.orm
      .select({ seq: event.seq, job: event.job, kind: job.kind, experiment: job.experiment, type: event.type, payload: event.payload, at: event.at })
      .from(event)
      .innerJoin(job, eq(job.id, event.job))
      .where(where)
      .orderBy(asc(event.seq))
      .limit(limit)
      .all()
      .map((row) => labEventSchema.parse(row));
  }

  /** The last `limit` log lines of a job, oldest first. */
  log(jobId: string, limit = 1_000): LogLine[] {
    return this.lab.orm
      .select()
      .from(event)
      .where(and(eq(event.job, jobId), eq(event.type, 'log')))
      .orderBy(desc(event.seq))
      .limit(limit)
      .all()
      .reverse()
      .map((row) => ({ at: row.at, line: logPayload(row.payload) }));
  }

  /** Progress and metric events are news, not history: a finished job keeps only its last progress (its curves are metric points). */
  prune(jobId: string): void {
    const { orm } = this.lab;
    const last = orm
      .select({ seq: event.seq })
      .from(event)
      .where(and(eq(event.job, jobId), eq(event.type, 'progress')))
      .orderBy(desc(event.seq))
      .limit(1)
      .get();
    orm
      .delete(event)
      .where(and(eq(event.job, jobId), inArray(event.type, ['progress', 'metric']), last === undefined ? undefined : ne(event.seq, last.seq)))
      .run();
  }
}

function logPayload(payload: unknown): string {
  return typeof payload === 'object' && payload !== null && 'line' in payload ? String(payload.line) : '';
}
