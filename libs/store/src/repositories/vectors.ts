import { SextantError, type VectorRecord } from '@sextant/schema';
import { eq, getTableColumns } from 'drizzle-orm';
import type { Orm } from '../database';
import { countRows, readPage, type Page, type PageQuery } from '../paging';
import { artifact, vector } from '../schema';

const columns = { ...getTableColumns(vector), createdAt: artifact.createdAt };

export class VectorRepository {
  constructor(private readonly orm: Orm) {}

  /** Records a committed vector artifact. */
  save(record: Omit<VectorRecord, 'createdAt'>): void {
    this.orm.insert(vector).values(record).onConflictDoNothing().run();
  }

  /** @throws SextantError NOT_FOUND */
  get(digest: string): VectorRecord {
    const row = this.#select().where(eq(vector.digest, digest)).get();
    if (row === undefined) throw new SextantError('NOT_FOUND', `no vector ${digest} in this lab`, { field: 'vector', value: digest });
    return row;
  }

  list(query: PageQuery & { model?: string | undefined } = {}): Page<VectorRecord> {
    return readPage({
      query,
      sort: artifact.createdAt,
      id: vector.digest,
      order: 'descending',
      where: query.model === undefined ? undefined : eq(vector.model, query.model),
      total: (where) => countRows(this.orm, vector, where),
      rows: ({ where, orderBy, limit }) => this.#select().where(where).orderBy(...orderBy).limit(limit).all(),
      key: (row) => [row.createdAt, row.digest],
    });
  }

  #select() {
    return this.orm.select(columns).from(vector).innerJoin(artifact, eq(artifact.digest, vector.digest));
  }
}
