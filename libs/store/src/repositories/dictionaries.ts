import { SextantError, type DictionaryRecord, type DictionaryScores } from '@sextant/schema';
import { desc, eq, getTableColumns } from 'drizzle-orm';
import type { Orm } from '../database';
import { countRows, readPage, type Page, type PageQuery } from '../paging';
import { artifact, dictionary, featureIndex } from '../schema';

export type DictionaryWithIndex = DictionaryRecord & { featureIndex: string | null };

const columns = { ...getTableColumns(dictionary), bytes: artifact.bytes, createdAt: artifact.createdAt };

export class DictionaryRepository {
  constructor(private readonly orm: Orm) {}

  /** Records a committed dictionary artifact. */
  save(record: Omit<DictionaryRecord, 'bytes' | 'createdAt'>): void {
    this.orm.insert(dictionary).values(record).onConflictDoNothing().run();
  }

  /** Scores measured after training replace what was there. */
  setScores(digest: string, scores: DictionaryScores): void {
    this.orm.update(dictionary).set({ scores }).where(eq(dictionary.digest, digest)).run();
  }

  /** @throws SextantError NOT_FOUND */
  get(digest: string): DictionaryWithIndex {
    const row = this.#select().where(eq(dictionary.digest, digest)).get();
    if (row === undefined) throw new SextantError('NOT_FOUND', `no dictionary ${digest} in this lab`, { field: 'dictionary', value: digest });
    return { ...row, featureIndex: this.#newestIndex(digest) };
  }

  list(query: PageQuery & { model?: string | undefined } = {}): Page<DictionaryWithIndex> {
    const page = readPage({
      query,
      sort: artifact.createdAt,
      id: dictionary.digest,
      order: 'descending',
      where: query.model === undefined ? undefined : eq(dictionary.model, query.model),
      total: (where) => countRows(this.orm, dictionary, where),
      rows: ({ where, orderBy, limit }) => this.#select().where(where).orderBy(...orderBy).limit(limit).all(),
      key: (row) => [row.createdAt, row.digest],
    });
    return { ...page, items: page.items.map((row) => ({ ...row, featureIndex: this.#newestIndex(row.digest) })) };
  }

  #newestIndex(digest: string): string | null {
    const row = this.orm
      .select({ digest: featureIndex.digest })
      .from(featureIndex)
      .innerJoin(artifact, eq(artifact.digest, featureIndex.digest))
      .where(eq(featureIndex.dictionary, digest))
      .orderBy(desc(artifact.createdAt), featureIndex.digest)
      .limit(1)
      .get();
    return row?.digest ?? null;
  }

  #select() {
    return this.orm.select(columns).from(dictionary).innerJoin(artifact, eq(artifact.digest, dictionary.digest));
  }
}
