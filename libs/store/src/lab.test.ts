import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLab } from './index';
import { hasDriver } from './testing/sampleLab';

const require = createRequire(import.meta.url);
const tsx = pathToFileURL(require.resolve('tsx')).href;

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'sextant-store-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const run = promisify(execFile);
const script = (body: string) => ['--import', tsx, '--input-type=module', '-e', `import { openLab } from ${JSON.stringify(fileURLToPath(new URL('./index.ts', import.meta.url)))};\n${body}`];

describe.each(['better-sqlite3', 'libsql'] as const)('a lab on %s', (driver) => {
  it.skipIf(!hasDriver(driver))('is made from nothing, and opened again with what it holds', () => {
    const made = openLab(join(dir, 'new/lab'), { driver });
    expect(made.database).toBe(driver);
    expect(made.info.name).toBe('lab');
    expect(made.counts()).toEqual({ models: 0, corpora: 0, activations: 0, dictionaries: 0, features: 0, studies: 0, claims: 0, experiments: 0 });
    const id = made.experiments.create({ name: 'kept', kind: 'test', tags: ['b', 'a', 'b'] });
    made.experiments.annotate({ id, notes: 'a note' });
    made.close();
    const again = openLab(join(dir, 'new/lab'), { driver });
    expect(again.info).toEqual(made.info);
    expect(again.experiments.get(id)).toMatchObject({ name: 'kept', tags: ['a', 'b'], notes: 'a note', jobs: 0 });
    again.close();
  });

  it.skipIf(!hasDriver(driver))('is in WAL mode, keeps foreign keys, and undoes a failed transaction whole', () => {
    const lab = openLab(dir, { driver });
    expect(lab.connection.prepare('PRAGMA journal_mode').get()).toMatchObject({ journal_mode: 'wal' });
    const orphan = () => lab.models.save({ digest: 'f'.repeat(64), name: 'x', family: 'llama', parameters: 1, config: {}, hookPoints: [], card: null });
    expect(orphan).toThrow(/FOREIGN KEY/);
    const half = () =>
      lab.transact(() => {
        lab.experiments.create({ name: 'half', kind: 'test' });
        lab.transact(() => lab.experiments.create({ name: 'inner', kind: 'test' }));
        throw new Error('stop');
      });
    expect(half).toThrow('stop');
    expect(lab.experiments.list().total).toBe(0);
    lab.close();
  });
});

describe('openLab', () => {
  it('is migrated once when several processes open an empty folder at the same moment', async () => {
    const body = `const lab = openLab(${JSON.stringify(dir)}); console.log(lab.info.id); lab.close();`;
    const outputs = await Promise.all([1, 2, 3].map(() => run(process.execPath, script(body))));
    expect(new Set(outputs.map(({ stdout }) => stdout.trim())).size).toBe(1);
  });

  it.skipIf(!hasDriver('libsql'))('falls back to libsql where better-sqlite3 has no binary', async () => {
    // What `require('better-sqlite3')` gives on a machine that never built it: a class that cannot find its binding.
    const patch = join(dir, 'noBinary.cjs');
    writeFileSync(patch, `const Module = require('node:module'); const load = Module._load;
      Module._load = (name, ...rest) => name !== 'better-sqlite3' ? load(name, ...rest)
        : class { constructor() { throw new Error('Could not locate the bindings file. Tried:\\n → build/better_sqlite3.node'); } };`);
    const lab = join(dir, 'lab');
    const body = `const lab = openLab(${JSON.stringify(lab)}); lab.experiments.create({ name: 'n', kind: 'k' }); console.log(lab.database, lab.experiments.list().total); lab.close();`;
    const { stdout } = await run(process.execPath, ['--require', patch, ...script(body)]);
    expect(stdout.trim()).toBe('libsql 1');
  });

  it('names a file that is not a database', () => {
    writeFileSync(join(dir, 'lab.sqlite'), 'not a database at all, but long enough to look at '.repeat(40));
    expect(() => openLab(dir)).toThrow(/lab\.sqlite is not a Sextant lab database/);
  });

  it('refuses a lab that a newer Sextant wrote', () => {
    const lab = openLab(dir);
    lab.connection.prepare('INSERT INTO migration (name, sha256, applied_at) VALUES (?, ?, ?)').run('9999_future.sql', 'x', 'now');
    lab.close();
    expect(() => openLab(dir)).toThrow(/newer Sextant.*9999_future\.sql/);
  });

  it('refuses to go on when an applied migration was edited', () => {
    const lab = openLab(dir);
    lab.connection.prepare('UPDATE migration SET sha256 = ?').run('edited');
    lab.close();
    expect(() => openLab(dir)).toThrow(/was changed after this lab applied it/);
  });
});
