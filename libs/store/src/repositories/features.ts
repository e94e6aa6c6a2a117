import { SextantError, type FeatureIndexRecord, type FeatureRow } from '@sextant/schema';
import { and, eq, getTableColumns, gte, inArray, lte, or, sql, type SQL } from 'drizzle-orm';
import { transact, type Connection, type Orm } from '../database';
import { timestamp } from '../ids';
import { containing, countRows, readPage, type Page, type PageQuery } from '../paging';
import { artifact, feature, featureIndex, featureLabel } from '../schema';

export interface FeatureQuery extends PageQuery {
  featureIndex: string;
  sort?: 'index' | 'density' | 'maxActivation' | 'meanActivation' | undefined;
  order?: 'ascending' | 'descending' | undefined;
  /** Matches the label, the top tokens, or the exact index. */
  filter?: string | undefined;
  minDensity?: number | undefined;
  maxDensity?: number | undefined;
}

const indexColumns = { ...getTableColumns(featureIndex), createdAt: artifact.createdAt };

export class FeatureRepository {
  constructor(
    private readonly connection: Connection,
    private readonly orm: Orm,
  ) {}

  /** Records a committed feature index with the row of every feature, in one transaction. */
  save(record: Omit<FeatureIndexRecord, 'createdAt'>, rows: Iterable<Omit<FeatureRow, 'label'>>): void {
    transact(this.connection, () => {
      this.orm.insert(featureIndex).values(record).onConflictDoNothing().run();
      const insert = this.connection.prepare(
        'INSERT OR REPLACE INTO feature (feature_index, "index", density, max_activation, mean_activation, decoder_norm, top_tokens) VALUES (?, ?, ?, ?, ?, ?, ?)',
      );
      for (const row of rows) {
        insert.run(record.digest, row.index, row.density, row.maxActivation, row.meanActivation, row.decoderNorm, JSON.stringify(row.topTokens));
      }
    });
  }

  /** @throws SextantError NOT_FOUND */
  getIndex(digest: string): FeatureIndexRecord {
    const row = this.#indexes().where(eq(featureIndex.digest, digest)).get();
    if (row === undefined) throw new SextantError('NOT_FOUND', `no feature index ${digest} in this lab`, { field: 'featureIndex', value: digest });
    return row;
  }

  indexes(query: PageQuery & { dictionary?: string | undefined } = {}): Page<FeatureIndexRecord> {
    return readPage({
      query,
      sort: artifact.createdAt,
      id: featureIndex.digest,
      order: 'descending',
      where: query.dictionary === undefined ? undefined : eq(featureIndex.dictionary, query.dictionary),
      total: (where) => countRows(this.orm, featureIndex, where),
      rows: ({ where, orderBy, limit }) => this.#indexes().where(where).orderBy(...orderBy).limit(limit).all(),
      key: (row) => [row.createdAt, row.digest],
    });
  }

  list(query: FeatureQuery): Page<FeatureRow> {
    const { dictionary } = this.getIndex(query.featureIndex);
    const sort = feature[query.sort ?? 'index'];
    const from = () =>
      this.orm
        .select({ ...getTableColumns(feature), label: featureLabel.label })
        .from(feature)
        .leftJoin(featureLabel, and(eq(featureLabel.dictionary, dictionary), eq(featureLabel.index, feature.index)));
    const page = readPage({
      query,
      sort,
      id: feature.index,
      order: query.order ?? 'ascending',
      where: this.#matching(query),
      total: (where) =>
        this.orm
          .select({ rows: sql<number>`count(*)` })
          .from(feature)
          .leftJoin(featureLabel, and(eq(featureLabel.dictionary, dictionary), eq(featureLabel.index, feature.index)))
          .where(where)
          .get()?.rows ?? 0,
      rows: ({ where, orderBy, limit }) => from().where(where).orderBy(...orderBy).limit(limit).all(),
      key: (row) => [row[query.sort ?? 'index'], row.index],
    });
    return { ...page, items: page.items.map(({ featureIndex: _index, ...row }) => row) };
  }

  #matching(query: FeatureQuery): SQL | undefined {
    const { filter = '', minDensity, maxDensity } = query;
    const pattern = containing(filter);
    return and(
      eq(feature.featureIndex, query.featureIndex),
      minDensity === undefined ? undefined : gte(feature.density, minDensity),
      maxDensity === undefined ? undefined : lte(feature.density, maxDensity),
      filter === ''
        ? undefined
        : or(
            sql`${featureLabel.label} LIKE ${pattern} ESCAPE '\\'`,
            sql`EXISTS (SELECT 1 FROM json_each(${feature.topTokens}) WHERE value LIKE ${pattern} ESCAPE '\\')`,
            /^\d{1,15}$/.test(filter) ? eq(feature.index, Number(filter)) : undefined,
          ),
    );
  }

  /** Labels of some features of a dictionary, or of all; those without one are absent. */
  labels(dictionary: string, indexes?: number[]): Map<number, string> {
    if (indexes?.length === 0) return new Map();
    const rows = this.orm
      .select()
      .from(featureLabel)
      .where(and(eq(featureLabel.dictionary, dictionary), indexes && inArray(featureLabel.index, indexes)))
      .all();
    return new Map(rows.map((row) => [row.index, row.label]));
  }

  /** Names a feature; an empty label removes its name. @throws SextantError NOT_FOUND, INVALID_INPUT beyond the last feature */
  setLabel({ featureIndex: digest, index, label }: { featureIndex: string; index: number; label: string }): { label: string | null } {
    const { dictionary, features } = this.getIndex(digest);
    if (index >= features) {
      throw new SextantError('INVALID_INPUT', `index: this dictionary has features 0 to ${features - 1}; got ${index}`, { field: 'index', value: index });
    }
    if (label === '') {
      this.orm.delete(featureLabel).where(and(eq(featureLabel.dictionary, dictionary), eq(featureLabel.index, index))).run();
      return { label: null };
    }
    const row = { dictionary, index, label, updatedAt: timestamp() };
    this.orm.insert(featureLabel).values(row).onConflictDoUpdate({ target: [featureLabel.dictionary, featureLabel.index], set: row }).run();
    return { label };
  }

  #indexes() {
    return this.orm.select(indexColumns).from(featureIndex).innerJoin(artifact, eq(artifact.digest, featureIndex.digest));
  }
}
