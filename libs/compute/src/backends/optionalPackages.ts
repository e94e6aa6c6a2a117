import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/** Where the setup scripts install packages that are no dependencies (tools/setup/optionalBackends.mjs). */
const installed = new URL('../../../../.cache/backends/package.json', import.meta.url);

/** An optional peer's entry point: installed beside us, or by its setup script. Null where it is neither. */
export function findOptional(name: string): string | null {
  for (const from of [import.meta.url, installed]) {
    try {
      return createRequire(from).resolve(name);
    } catch {
      continue;
    }
  }
  return null;
}

/** Loads a module by its path; its shape is the caller's to check. */
export async function importFrom(file: string): Promise<unknown> {
  return import(pathToFileURL(file).href);
}
