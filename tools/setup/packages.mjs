// Installs npm packages where node_modules does not hold what package-lock.json asks for.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root, seconds } from './root.mjs';

const readLock = (file) => JSON.parse(readFileSync(path.join(root, file), 'utf8')).packages;

/** The first difference between what is asked for and what is installed, in words; null where there is none. */
export function findMissing() {
  if (!existsSync(path.join(root, 'node_modules/.package-lock.json'))) return 'nothing is installed yet';
  const wanted = readLock('package-lock.json');
  const installed = readLock('node_modules/.package-lock.json');
  for (const [place, { version, link, optional }] of Object.entries(wanted)) {
    // Workspaces are links into the repository; packages for other platforms are optional and absent.
    if (!place.includes('node_modules/') || link) continue;
    const found = installed[place];
    if (!found && !optional) return `${place.replace(/^node_modules\//, '')} is missing`;
    if (found && found.version !== version) return `${place.replace(/^node_modules\//, '')} is ${found.version}, not ${version}`;
  }
  return null;
}

/** @returns {{ state: 'ready' | 'built', reason: string }} */
export function ensurePackages({ log = console.log } = {}) {
  const missing = findMissing();
  if (!missing) return { state: 'ready', reason: 'npm packages are the ones in package-lock.json' };
  const started = Date.now();
  log(`Installing npm packages (${missing}): npm ci, about a minute …`);
  // Started through npm, the same npm is used; its own program is a script, so Windows needs no shell.
  const npm = process.env.npm_execpath;
  const result = npm
    ? spawnSync(process.execPath, [npm, 'ci'], { cwd: root, stdio: 'inherit' })
    : spawnSync('npm', ['ci'], { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  if (result.status !== 0) {
    throw new Error(`npm ci failed (exit ${result.status ?? result.signal ?? result.error?.message}); its own message is above. Run \`npm ci\` here once it is resolved.`);
  }
  return { state: 'built', reason: `npm packages installed in ${seconds(started)}` };
}
