import { SextantError, type Experiment } from '@sextant/schema';
import { and, eq } from 'drizzle-orm';
import { transact, type Connection, type Orm } from '../database';
import { newId, timestamp } from '../ids';
import { countRows, readPage, type Page, type PageQuery } from '../paging';
import { experiment, job, note, tag } from '../schema';

export interface CreateExperiment {
  name: string;
  kind: string;
  config?: Record<string, unknown> | undefined;
  tags?: string[] | undefined;
}

export class ExperimentRepository {
  constructor(
    private readonly connection: Connection,
    private readonly orm: Orm,
  ) {}

  /** @returns the new experiment's id */
  create({ name, kind, config = {}, tags = [] }: CreateExperiment): string {
    const id = newId('exp');
    transact(this.connection, () => {
      this.orm.insert(experiment).values({ id, name, kind, config, status: 'running', createdAt: timestamp(), finishedAt: null }).run();
      this.#setTags(id, tags);
    });
    return id;
  }

  /** @throws SextantError NOT_FOUND */
  get(id: string): Experiment {
    const row = this.orm.select().from(experiment).where(eq(experiment.id, id)).get();
    if (row === undefined) throw new SextantError('NOT_FOUND', `no experiment ${id} in this lab`, { field: 'experimentId', value: id });
    return this.#complete(row);
  }

  list(query: PageQuery & { kind?: string | undefined; status?: Experiment['status'] | undefined } = {}): Page<Experiment> {
    const page = readPage({
      query,
      sort: experiment.createdAt,
      id: experiment.id,
      order: 'descending',
      where: and(
        query.kind === undefined ? undefined : eq(experiment.kind, query.kind),
        query.status === undefined ? undefined : eq(experiment.status, query.status),
      ),
      total: (where) => countRows(this.orm, experiment, where),
      rows: ({ where, orderBy, limit }) => this.orm.select().from(experiment).where(where).orderBy(...orderBy).limit(limit).all(),
      key: (row) => [row.createdAt, row.id],
    });
    return { ...page, items: page.items.map((row) => this.#complete(row)) };
  }

  /** @throws SextantError NOT_FOUND */
  finish(id: string, status: Exclude<Experiment['status'], 'running'>): Experiment {
    this.get(id);
    this.orm.update(experiment).set({ status, finishedAt: timestamp() }).where(eq(experiment.id, id)).run();
    return this.get(id);
  }

  /** Sets notes and tags; what is left out stays. @throws SextantError NOT_FOUND */
  annotate({ id, notes, tags }: { id: string; notes?: string | null | undefined; tags?: string[] | undefined }): Experiment {
    this.get(id);
    transact(this.connection, () => {
      if (tags !== undefined) this.#setTags(id, tags);
      if (notes === null) this.orm.delete(note).where(this.#note(id)).run();
      if (typeof notes === 'string') {
        const row = { subjectKind: 'experiment', subject: id, text: notes, updatedAt: timestamp() };
        this.orm.insert(note).values(row).onConflictDoUpdate({ target: [note.subjectKind, note.subject], set: row }).run();
      }
    });
    return this.get(id);
  }

  #setTags(id: string, tags: string[]): void {
    this.orm.delete(tag).where(this.#tags(id)).run();
    for (const word of new Set(tags)) this.orm.insert(tag).values({ subjectKind: 'experiment', subject: id, tag: word }).run();
  }

  #tags(id: string) {
    return and(eq(tag.subjectKind, 'experiment'), eq(tag.subject, id));
  }

  #note(id: string) {
    return and(eq(note.subjectKind, 'experiment'), eq(note.subject, id));
  }

  #complete(row: typeof experiment.$inferSelect): Experiment {
    return {
      ...row,
      jobs: countRows(this.orm, job, eq(job.experiment, row.id)),
      notes: this.orm.select({ text: note.text }).from(note).where(this.#note(row.id)).get()?.text ?? null,
      tags: this.orm.select({ tag: tag.tag }).from(tag).where(this.#tags(row.id)).orderBy(tag.tag).all().map((found) => found.tag),
    };
  }
}
