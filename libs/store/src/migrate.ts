import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SextantError } from '@sextant/schema';
import { transact, type Connection } from './database';

const migrationsDir = fileURLToPath(new URL('../migrations/', import.meta.url));

/**
 * Applies the SQL files of libs/store/migrations that this database has not seen, in order, each once, under one write
 * lock: several processes may open an empty lab at the same moment.
 * @returns names of the migrations that were applied now
 * @throws SextantError CONFLICT when the lab was written by a newer Sextant, INTEGRITY when an applied file was changed since.
 */
export function migrate(connection: Connection): string[] {
  const files = readdirSync(migrationsDir).filter((name) => name.endsWith('.sql')).sort();
  return transact(connection, () => {
    connection.exec('CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY NOT NULL, sha256 TEXT NOT NULL, applied_at TEXT NOT NULL)');
    const applied = new Map(
      connection.prepare<[], { name: string; sha256: string }>('SELECT name, sha256 FROM migration').all().map((row) => [row.name, row.sha256]),
    );
    const unknown = [...applied.keys()].filter((name) => !files.includes(name));
    if (unknown.length > 0) {
      throw new SextantError('CONFLICT', `this lab was written by a newer Sextant (it has ${unknown.join(', ')}); update Sextant to open it`);
    }
    const fresh: string[] = [];
    for (const name of files) {
      const sql = readFileSync(`${migrationsDir}/${name}`, 'utf8');
      const sha256 = createHash('sha256').update(sql).digest('hex');
      const before = applied.get(name);
      if (before !== undefined) {
        if (before === sha256) continue;
        throw new SextantError('INTEGRITY', `migration ${name} was changed after this lab applied it; add a new migration instead`, { file: name });
      }
      connection.exec(sql);
      connection.prepare('INSERT INTO migration (name, sha256, applied_at) VALUES (?, ?, ?)').run(name, sha256, new Date().toISOString());
      fresh.push(name);
    }
    return fresh;
  });
}
