// `npm run setup`, and the first step of `npm start` and `npm test`: everything that has to be on this machine before
// Sextant runs. Built-in modules of Node only, because nothing is installed yet. Each step does nothing when done.
import { pathToFileURL } from 'node:url';
import { ensureNative } from './native.mjs';
import { ensurePackages } from './packages.mjs';
import { ensureSqlite } from './sqlite.mjs';

/**
 * Installs npm packages, then builds what a compiler can speed up. A machine without a compiler gets everything but
 * the speed: each skipped step says why, and what is used instead.
 * @returns {Promise<Record<'packages' | 'native' | 'sqlite', { state: 'ready' | 'built' | 'skipped', reason: string }>>}
 * @throws Error when npm cannot install the packages
 */
export async function ensure({ log = console.log } = {}) {
  const report = (step) => {
    if (step.state !== 'ready') log(`${step.state === 'skipped' ? 'Skipped: ' : ''}${step.reason}`);
    return step;
  };
  const packages = report(ensurePackages({ log }));
  const native = report(await ensureNative({ log }));
  const sqlite = report(ensureSqlite({ log }));
  return { packages, native, sqlite };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const steps = await ensure();
  for (const [name, { state, reason }] of Object.entries(steps)) {
    if (state === 'ready') console.log(`${name}: ${reason}`);
  }
}
