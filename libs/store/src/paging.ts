import { SextantError } from '@sextant/schema';
import { and, asc, count, desc, eq, gt, lt, or, type SQL, type SQLWrapper } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { z } from 'zod';
import type { Orm } from './database';

export interface PageQuery {
  /** Opaque; from the page before. */
  cursor?: string | undefined;
  limit?: number | undefined;
}

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
  total: number;
}

interface PageOptions<Row> {
  query: PageQuery;
  /** Rows come by `sort`, ties by `id`; the two together must be unique. */
  sort: SQLWrapper;
  id: SQLWrapper;
  order: 'ascending' | 'descending';
  where?: SQL | undefined;
  total: (where: SQL | undefined) => number;
  rows: (read: { where: SQL | undefined; orderBy: SQL[]; limit: number }) => Row[];
  key: (row: Row) => Key;
}

const keySchema = z.tuple([z.union([z.string(), z.number()]), z.union([z.string(), z.number()])]);
type Key = z.infer<typeof keySchema>;

/** Reads one page after `cursor` by the sort key itself, so that rows added meanwhile neither repeat nor hide others. */
export function readPage<Row>(options: PageOptions<Row>): Page<Row> {
  const { query, sort, id, order, where, total, rows, key } = options;
  const limit = query.limit ?? 100;
  const beyond = order === 'ascending' ? gt : lt;
  const by = order === 'ascending' ? asc : desc;
  const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor);
  const rest = after && or(beyond(sort, after[0]), and(eq(sort, after[0]), beyond(id, after[1])));
  const items = rows({ where: and(where, rest), orderBy: [by(sort), by(id)], limit: limit + 1 });
  const more = items.length > limit;
  if (more) items.pop();
  const last = items.at(-1);
  return { items, nextCursor: more && last !== undefined ? encodeCursor(key(last)) : null, total: total(where) };
}

/** Rows of `table` that match. */
export function countRows(orm: Orm, table: SQLiteTable, where?: SQL): number {
  return orm.select({ rows: count() }).from(table).where(where).get()?.rows ?? 0;
}

function encodeCursor(key: Key): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

function decodeCursor(cursor: string): Key {
  try {
    return keySchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
  } catch (cause) {
    throw new SextantError('INVALID_INPUT', 'cursor: not one that an earlier page gave', { field: 'cursor', value: cursor }, { cause });
  }
}

/** `%text%` for LIKE … ESCAPE '\', with the wildcards inside `text` taken literally. */
export function containing(text: string): string {
  return `%${text.replace(/[\\%_]/g, (character) => `\\${character}`)}%`;
}
