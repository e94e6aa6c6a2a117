import { SextantError, type JobRecord, type JobStatus } from '@sextant/schema';
import { countRows, readPage, tables, type Lab, type Page, type PageQuery } from '@sextant/store';
import { and, eq } from 'drizzle-orm';

const { job } = tables;

/** The part of a job's row that others see; leases and keys stay inside. */
export function recordOf(row: typeof job.$inferSelect): JobRecord {
  const { idempotencyKey: _key, crashes: _crashes, leaseOwner: _owner, leaseUntil: _until, cancelRequestedAt, ...record } = row;
  return { ...record, cancelRequested: cancelRequestedAt !== null };
}

/** @throws SextantError NOT_FOUND */
export function getJob(lab: Lab, id: string): JobRecord {
  const row = lab.orm.select().from(job).where(eq(job.id, id)).get();
  if (row === undefined) throw new SextantError('NOT_FOUND', `no job ${id} in this lab`, { field: 'id', value: id });
  return recordOf(row);
}

export function listJobs(lab: Lab, query: PageQuery & { status?: JobStatus | undefined; experiment?: string | undefined } = {}): Page<JobRecord> {
  const page = readPage({
    query,
    sort: job.createdAt,
    id: job.id,
    order: 'descending',
    where: and(
      query.status === undefined ? undefined : eq(job.status, query.status),
      query.experiment === undefined ? undefined : eq(job.experiment, query.experiment),
    ),
    total: (where) => countRows(lab.orm, job, where),
    rows: ({ where, orderBy, limit }) => lab.orm.select().from(job).where(where).orderBy(...orderBy).limit(limit).all(),
    key: (row) => [row.createdAt, row.id],
  });
  return { ...page, items: page.items.map(recordOf) };
}
