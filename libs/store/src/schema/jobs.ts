import type { Experiment, JobError, JobEventBody, JobKind, JobProgress, JobStatus } from '@sextant/schema';
import { index, integer, primaryKey, real, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

export const experiment = sqliteTable(
  'experiment',
  {
    id: text('id').primaryKey(),
    name: text('name').notNull(),
    kind: text('kind').notNull(),
    config: text('config', { mode: 'json' }).$type<Record<string, unknown>>().notNull(),
    status: text('status').$type<Experiment['status']>().notNull(),
    createdAt: text('created_at').notNull(),
    finishedAt: text('finished_at'),
  },
  (table) => [index('experiment_created').on(table.createdAt)],
);

export const job = sqliteTable(
  'job',
  {
    id: text('id').primaryKey(),
    kind: text('kind').$type<JobKind>().notNull(),
    status: text('status').$type<JobStatus>().notNull(),
    spec: text('spec', { mode: 'json' }).$type<Record<string, unknown>>().notNull(),
    specHash: text('spec_hash').notNull(),
    idempotencyKey: text('idempotency_key'),
    experiment: text('experiment').references(() => experiment.id),
    progress: text('progress', { mode: 'json' }).$type<JobProgress>(),
    result: text('result', { mode: 'json' }).$type<Record<string, unknown>>(),
    error: text('error', { mode: 'json' }).$type<JobError>(),
    /** Times a worker took it up. */
    attempts: integer('attempts').notNull().default(0),
    /** Workers lost on it since it was last queued by a person. */
    crashes: integer('crashes').notNull().default(0),
    /** Milliseconds since the epoch when someone asked it to stop; null while nobody has. */
    cancelRequestedAt: integer('cancel_requested_at'),
    leaseOwner: text('lease_owner'),
    /** Milliseconds since the epoch; past it, any worker may take the job over. */
    leaseUntil: integer('lease_until'),
    createdAt: text('created_at').notNull(),
    startedAt: text('started_at'),
    finishedAt: text('finished_at'),
  },
  (table) => [
    uniqueIndex('job_idempotency').on(table.idempotencyKey),
    index('job_status').on(table.status, table.createdAt),
    index('job_created').on(table.createdAt),
    index('job_experiment').on(table.experiment),
  ],
);

/** What happened, in order; listeners resume after a `seq`. */
export const event = sqliteTable(
  'event',
  {
    seq: integer('seq').primaryKey({ autoIncrement: true }),
    job: text('job').notNull().references(() => job.id, { onDelete: 'cascade' }),
    type: text('type').$type<JobEventBody['type']>().notNull(),
    payload: text('payload', { mode: 'json' }).notNull(),
    at: text('at').notNull(),
  },
  (table) => [index('event_job').on(table.job, table.type, table.seq)],
);

export const metricPoint = sqliteTable(
  'metric_point',
  {
    job: text('job').notNull().references(() => job.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    step: real('step').notNull(),
    value: real('value').notNull(),
  },
  (table) => [primaryKey({ columns: [table.job, table.name, table.step] })],
);

/** Free words on anything: the subject is its kind and id, such as `experiment` and `exp_…`. */
export const tag = sqliteTable(
  'tag',
  {
    subjectKind: text('subject_kind').notNull(),
    subject: text('subject').notNull(),
    tag: text('tag').notNull(),
  },
  (table) => [primaryKey({ columns: [table.subjectKind, table.subject, table.tag] })],
);

export const note = sqliteTable(
  'note',
  {
    subjectKind: text('subject_kind').notNull(),
    subject: text('subject').notNull(),
    text: text('text').notNull(),
    updatedAt: text('updated_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.subjectKind, table.subject] })],
);
