import { SextantError, type ActivationsRecord } from '@sextant/schema';
import { eq, getTableColumns } from 'drizzle-orm';
import type { Orm } from '../database';
import { countRows, readPage, type Page, type PageQuery } from '../paging';
import { activations, artifact } from '../schema';

const columns = { ...getTableColumns(activations), bytes: artifact.bytes, createdAt: artifact.createdAt };

export class ActivationsRepository {
  constructor(private readonly orm: Orm) {}

  /** Records a committed harvest. */
  save(record: Omit<ActivationsRecord, 'bytes' | 'createdAt'>): void {
    this.orm.insert(activations).values(record).onConflictDoNothing().run();
  }

  /** @throws SextantError NOT_FOUND */
  get(digest: string): ActivationsRecord {
    const row = this.#select().where(eq(activations.digest, digest)).get();
    if (row === undefined) throw new SextantError('NOT_FOUND', `no activations ${digest} in this lab`, { field: 'activations', value: digest });
    return row;
  }

  list(query: PageQuery & { model?: string | undefined } = {}): Page<ActivationsRecord> {
    return readPage({
      query,
      sort: artifact.createdAt,
      id: activations.digest,
      order: 'descending',
      where: query.model === undefined ? undefined : eq(activations.model, query.model),
      total: (where) => countRows(this.orm, activations, where),
      rows: ({ where, orderBy, limit }) => this.#select().where(where).orderBy(...orderBy).limit(limit).all(),
      key: (row) => [row.createdAt, row.digest],
    });
  }

  #select() {
    return this.orm.select(columns).from(activations).innerJoin(artifact, eq(artifact.digest, activations.digest));
  }
}
