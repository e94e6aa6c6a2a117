import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const built = `libs/compute/native/build/${process.platform}-${process.arch}/sextant.node`;
let copy = '';

// A repository of its own, with what the build reads.
beforeEach(() => {
  copy = mkdtempSync(path.join(tmpdir(), 'sextant-setup-'));
  for (const folder of ['tools/setup', 'libs/compute/native/src']) cpSync(path.join(root, folder), path.join(copy, folder), { recursive: true });
});

afterEach(() => rmSync(copy, { recursive: true }));

function ensureNative(env: NodeJS.ProcessEnv): { state: string; reason: string } {
  const program = `import { ensureNative } from './tools/setup/native.mjs'; console.log(JSON.stringify(await ensureNative({ log() {} })));`;
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', program], { cwd: copy, env, encoding: 'utf8' }));
}

it('goes on without a compiler, says how to get one, and leaves no addon of other sources behind', () => {
  mkdirSync(path.dirname(path.join(copy, built)), { recursive: true });
  writeFileSync(path.join(copy, built), 'built from other sources');
  const { state, reason } = ensureNative({ PATH: '/nonexistent' });
  expect(state).toBe('skipped');
  expect(reason).toMatch(/no C\+\+ compiler found.*WebAssembly.*apt-get install g\+\+/s);
  expect(existsSync(path.join(copy, built))).toBe(false);
});
