import { createRequire } from 'node:module';
import { SextantError } from '@sextant/schema';
import type BetterSqlite3 from 'better-sqlite3';
import { drizzle, type BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import * as schema from './schema';

/** A better-sqlite3 connection, or libsql's, which has the same interface. */
export type Connection = BetterSqlite3.Database;
export type Orm = BetterSQLite3Database<typeof schema>;

export type DatabaseDriver = 'better-sqlite3' | 'libsql';

export interface OpenedDatabase {
  connection: Connection;
  orm: Orm;
  driver: DatabaseDriver;
}

type Constructor = new (path: string) => Connection;
const require = createRequire(import.meta.url);

/**
 * Opens `path` with better-sqlite3, or with libsql (prebuilt, same interface) where better-sqlite3's binary is missing.
 * `SEXTANT_SQLITE` = `better-sqlite3` | `libsql` insists on one.
 * WAL, so that the API reads while a worker writes; writers wait up to 10 s for each other; foreign keys hold.
 * @throws SextantError UNAVAILABLE when neither loads, or INVALID_FILE when the file is not a database.
 */
export function openDatabase(path: string, driver = process.env['SEXTANT_SQLITE']): OpenedDatabase {
  const { connection, name } = connect(path, driver);
  try {
    connection.pragma('busy_timeout = 10000');
    connection.pragma('journal_mode = WAL');
    connection.pragma('synchronous = NORMAL');
    connection.pragma('foreign_keys = ON');
  } catch (cause) {
    connection.close();
    throw new SextantError('INVALID_FILE', `${path} is not a Sextant lab database: ${messageOf(cause)}`, { file: path }, { cause });
  }
  return { connection, orm: drizzle({ client: connection, schema }), driver: name };
}

function connect(path: string, driver: string | undefined): { connection: Connection; name: DatabaseDriver } {
  const order = driverOrder(driver);
  const failures: string[] = [];
  for (const name of order) {
    try {
      const Database: Constructor = require(name);
      return { connection: new Database(path), name };
    } catch (cause) {
      if (!isMissingBinary(cause)) throw new SextantError('INVALID_FILE', `cannot open ${path}: ${messageOf(cause)}`, { file: path }, { cause });
      failures.push(`${name}: ${messageOf(cause).split('\n')[0]}`);
    }
  }
  throw new SextantError('UNAVAILABLE', `no SQLite driver loads here (${failures.join('; ')})`, {
    hint: 'npm run setup builds better-sqlite3 where a C++ compiler is present; npm install libsql gets a prebuilt one',
  });
}

function driverOrder(driver: string | undefined): DatabaseDriver[] {
  if (driver === undefined || driver === '') return ['better-sqlite3', 'libsql'];
  if (driver === 'better-sqlite3' || driver === 'libsql') return [driver];
  throw new SextantError('INVALID_INPUT', `SEXTANT_SQLITE is ${driver}; it can be better-sqlite3 or libsql`, { field: 'SEXTANT_SQLITE', value: driver });
}

/** The package or its native part is absent or does not fit this Node, as opposed to a database that cannot be opened. */
function isMissingBinary(cause: unknown): boolean {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return code === 'MODULE_NOT_FOUND' || code === 'ERR_DLOPEN_FAILED' || messageOf(cause).includes('Could not locate the bindings file');
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/**
 * Runs `work` in one write transaction, taking the write lock at once so that it cannot fail half-way for being late.
 * Inside another transaction it simply joins it.
 */
export function transact<T>(connection: Connection, work: () => T): T {
  if (connection.inTransaction) return work();
  connection.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    connection.exec('COMMIT');
    return result;
  } catch (error) {
    if (connection.inTransaction) connection.exec('ROLLBACK');
    throw error;
  }
}
