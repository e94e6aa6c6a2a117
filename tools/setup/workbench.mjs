// Builds the workbench when its sources are newer than the last build.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { readdirSync, statSync, existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

function newest(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(0, ...readdirSync(path).filter((name) => name !== 'dist' && name !== 'node_modules').map((name) => newest(join(path, name))));
}

/** Runs `vite build` in apps/workbench unless dist is newer than every source it is made of. */
export function ensureWorkbench(root, log) {
  const built = join(root, 'apps/workbench/dist/index.html');
  const sources = ['apps/workbench', 'libs/ui', 'libs/client', 'libs/router', 'libs/schema', 'package-lock.json'].map((path) => join(root, path));
  if (existsSync(built) && statSync(built).mtimeMs > Math.max(...sources.map(newest))) return;
  const started = performance.now();
  log('Building the workbench (a few seconds).');
  const vite = join(dirname(createRequire(join(root, 'apps/workbench/package.json')).resolve('vite/package.json')), 'bin/vite.js');
  const result = spawnSync(process.execPath, [vite, 'build', '--logLevel', 'warn'], {
    cwd: join(root, 'apps/workbench'),
    stdio: ['ignore', 2, 'inherit'],
  });
  if (result.status !== 0) throw new Error('The workbench did not build; the messages above say why.');
  log(`Workbench built in ${((performance.now() - started) / 1000).toFixed(1)} s.`);
}
