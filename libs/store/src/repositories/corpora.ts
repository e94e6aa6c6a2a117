import { SextantError, type CorpusRecord } from '@sextant/schema';
import { eq, getTableColumns } from 'drizzle-orm';
import type { Orm } from '../database';
import { countRows, readPage, type Page, type PageQuery } from '../paging';
import { artifact, corpus } from '../schema';

const columns = { ...getTableColumns(corpus), bytes: artifact.bytes, createdAt: artifact.createdAt };

export class CorpusRepository {
  constructor(private readonly orm: Orm) {}

  /** Records a committed corpus artifact. */
  save(record: Omit<CorpusRecord, 'bytes' | 'createdAt'>): void {
    this.orm.insert(corpus).values(record).onConflictDoNothing().run();
  }

  /** @throws SextantError NOT_FOUND */
  get(digest: string): CorpusRecord {
    const row = this.#select().where(eq(corpus.digest, digest)).get();
    if (row === undefined) throw new SextantError('NOT_FOUND', `no corpus ${digest} in this lab`, { field: 'corpus', value: digest });
    return row;
  }

  list(query: PageQuery = {}): Page<CorpusRecord> {
    return readPage({
      query,
      sort: artifact.createdAt,
      id: corpus.digest,
      order: 'descending',
      total: () => countRows(this.orm, corpus),
      rows: ({ where, orderBy, limit }) => this.#select().where(where).orderBy(...orderBy).limit(limit).all(),
      key: (row) => [row.createdAt, row.digest],
    });
  }

  #select() {
    return this.orm.select(columns).from(corpus).innerJoin(artifact, eq(artifact.digest, corpus.digest));
  }
}
