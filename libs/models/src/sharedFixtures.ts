import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Path below the shared folder, which lies beside the repository (SEXTANT_SHARED overrides). It may be absent. */
export function sharedPath(relative: string): string {
  return join(process.env['SEXTANT_SHARED'] ?? fileURLToPath(new URL('../../../../shared', import.meta.url)), relative);
}

export const modelFixtures = sharedPath('fixtures/models');
export const haveModelFixtures = existsSync(modelFixtures);
export const withoutFixtures = `needs ${modelFixtures} (set SEXTANT_SHARED)`;

/** Parsed JSON of a fixture file; its shape is asserted by the test that reads it. */
export function fixtureJson<T>(relative: string): T {
  return JSON.parse(readFileSync(join(modelFixtures, relative), 'utf8')) as T;
}
