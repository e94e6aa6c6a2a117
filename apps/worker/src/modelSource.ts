import { statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { checkpointFiles } from '@sextant/models';

/**
 * A model at a path of this machine, and what to call it: its folder, its file, or the folder of a file called `model.bin`.
 * @throws SextantError NOT_FOUND or INVALID_FILE when there is no model that can be read
 */
export function sourceOnDisk(given: string): { path: string; name: string } {
  const path = resolve(given);
  checkpointFiles(path);
  if (statSync(path).isDirectory()) return { path, name: basename(path) };
  const name = basename(path).replace(/\.(gguf|bin)$/, '');
  return { path, name: name === 'model' ? basename(dirname(path)) : name };
}
