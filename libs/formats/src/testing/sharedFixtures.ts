import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

/** Path below the shared folder, which lies beside the repository (SEXTANT_SHARED overrides). It may be absent. */
export function sharedPath(relative: string): string {
  return join(process.env['SEXTANT_SHARED'] ?? fileURLToPath(new URL('../../../../../shared', import.meta.url)), relative);
}

export interface HostileFile {
  path: string;
  format: string;
  outcome: string;
  why: string;
  /** Full path. */
  file: string;
}

/** The hostile files of one format with what their manifest demands; empty when the shared folder is absent. */
export function hostileFiles(format: string): HostileFile[] {
  const folder = sharedPath('fixtures/dictionaries/hostile');
  if (!existsSync(folder)) return [];
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as { files: Omit<HostileFile, 'file'>[] };
  return manifest.files.filter((entry) => entry.format === format).map((entry) => ({ ...entry, file: join(folder, entry.path) }));
}
