import { SextantError, hashJson, type Intervention, type SavedIntervention } from '@sextant/schema';
import { eq, isNotNull } from 'drizzle-orm';
import type { Orm } from '../database';
import { timestamp } from '../ids';
import { countRows, readPage, type Page, type PageQuery } from '../paging';
import { intervention } from '../schema';

export class InterventionRepository {
  constructor(private readonly orm: Orm) {}

  /** Keeps an intervention under its content hash; a name makes it show in lists. @returns the hash */
  save(body: Intervention, name?: string): string {
    const hash = hashJson(body);
    const row = { hash, name: name ?? null, body, createdAt: timestamp() };
    const insert = this.orm.insert(intervention).values(row);
    if (name === undefined) insert.onConflictDoNothing().run();
    else insert.onConflictDoUpdate({ target: intervention.hash, set: { name } }).run();
    return hash;
  }

  /** @throws SextantError NOT_FOUND */
  get(hash: string): SavedIntervention {
    const row = this.orm.select().from(intervention).where(eq(intervention.hash, hash)).get();
    if (row === undefined) throw new SextantError('NOT_FOUND', `no intervention ${hash} in this lab`, { field: 'hash', value: hash });
    return recordOf(row);
  }

  /** Named ones, newest first. */
  list(query: PageQuery = {}): Page<SavedIntervention> {
    const page = readPage({
      query,
      sort: intervention.createdAt,
      id: intervention.hash,
      order: 'descending',
      where: isNotNull(intervention.name),
      total: (where) => countRows(this.orm, intervention, where),
      rows: ({ where, orderBy, limit }) => this.orm.select().from(intervention).where(where).orderBy(...orderBy).limit(limit).all(),
      key: (row) => [row.createdAt, row.hash],
    });
    return { ...page, items: page.items.map(recordOf) };
  }
}

function recordOf({ body, ...row }: typeof intervention.$inferSelect): SavedIntervention {
  return { ...row, intervention: body };
}
