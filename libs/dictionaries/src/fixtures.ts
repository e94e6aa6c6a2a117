import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Reference files of the original libraries lie beside the repository, or where SEXTANT_SHARED says. */
const shared = process.env.SEXTANT_SHARED ?? fileURLToPath(new URL('../../../../shared', import.meta.url));
export const fixtureRoot = join(shared, 'fixtures', 'dictionaries');
export const haveFixtures = existsSync(fixtureRoot);
/** Why a test is skipped without them. */
export const needFixtures = `needs the fixtures at ../shared/fixtures/dictionaries or SEXTANT_SHARED`;

export const fixture = (...parts: string[]) => join(fixtureRoot, ...parts);

export function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}
