import type { JobRecord, LabEvent } from '@sextant/schema';
import type { RouterOutputs } from '../api';

type JobDetail = RouterOutputs['jobs']['get'];

/** A job's record after an event. Only what the event says changes; everything else waits for the next read. */
export function applyToRecord<J extends JobRecord>(job: J, event: LabEvent): J {
  if (event.type === 'progress') return { ...job, status: job.status === 'queued' ? 'running' : job.status, progress: event.payload };
  if (event.type === 'status') {
    const { status, attempts, error, result } = event.payload;
    return { ...job, status, attempts, error, result };
  }
  return job;
}

/** A job's page after an event: record, log and metric points. */
export function applyToDetail(job: JobDetail, event: LabEvent): JobDetail {
  const next = applyToRecord(job, event);
  if (event.type === 'log') return { ...next, log: [...next.log, { at: event.at, line: event.payload.line }] };
  if (event.type === 'metric') return { ...next, metricPoints: [...next.metricPoints, ...event.payload.points] };
  return next;
}
