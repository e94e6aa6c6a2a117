import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const library = fileURLToPath(new URL('..', import.meta.url));

it('migrations say what the schema says: drizzle-kit finds nothing to add', () => {
  // Inside the library, so that drizzle-kit resolves drizzle-orm from it.
  const work = mkdtempSync(join(library, '.drift-'));
  try {
    cpSync(join(library, 'migrations'), join(work, 'migrations'), { recursive: true });
    writeFileSync(join(work, 'drizzle.config.ts'), "export default { dialect: 'sqlite', schema: '../src/schema/index.ts', out: './migrations' };");
    const kit = join(dirname(createRequire(import.meta.url).resolve('drizzle-kit')), 'bin.cjs');
    const before = readdirSync(join(library, 'migrations'));
    const said = execFileSync(process.execPath, [kit, 'generate', '--config', 'drizzle.config.ts'], { cwd: work, encoding: 'utf8' });
    expect(said).toContain('No schema changes');
    expect(readdirSync(join(work, 'migrations'))).toEqual(before);
    expect(before.filter((name) => name.endsWith('.sql')).every((name) => readFileSync(join(library, 'migrations', name), 'utf8').length > 0)).toBe(true);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
});
