import { SextantError, type ModelRecord } from '@sextant/schema';
import { eq, getTableColumns } from 'drizzle-orm';
import type { Orm } from '../database';
import { countRows, readPage, type Page, type PageQuery } from '../paging';
import { artifact, model } from '../schema';

const columns = { ...getTableColumns(model), bytes: artifact.bytes, createdAt: artifact.createdAt };

export class ModelRepository {
  constructor(private readonly orm: Orm) {}

  /** Records a committed model artifact; the same digest twice is the same model. */
  save(record: Omit<ModelRecord, 'bytes' | 'createdAt'>): void {
    this.orm.insert(model).values(record).onConflictDoNothing().run();
  }

  /** @throws SextantError NOT_FOUND */
  get(digest: string): ModelRecord {
    const row = this.#select().where(eq(model.digest, digest)).get();
    if (row === undefined) throw new SextantError('NOT_FOUND', `no model ${digest} in this lab`, { field: 'model', value: digest });
    return row;
  }

  list(query: PageQuery = {}): Page<ModelRecord> {
    return readPage({
      query,
      sort: artifact.createdAt,
      id: model.digest,
      order: 'descending',
      total: () => countRows(this.orm, model),
      rows: ({ where, orderBy, limit }) => this.#select().where(where).orderBy(...orderBy).limit(limit).all(),
      key: (row) => [row.createdAt, row.digest],
    });
  }

  #select() {
    return this.orm.select(columns).from(model).innerJoin(artifact, eq(artifact.digest, model.digest));
  }
}
