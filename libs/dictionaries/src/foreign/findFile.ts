import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { SextantError } from '@sextant/schema';

/** How far below a folder its one checkpoint may lie: `layer_12/width_16k/average_l0_82/params.npz`. */
const DEPTH = 4;

/** Whether a path is a file with one of these endings. */
export const isFileOf = (path: string, ...endings: string[]): boolean =>
  existsSync(path) && statSync(path).isFile() && endings.includes(extname(path).toLowerCase());

/** Files of one name in a folder, or in folders below; a file is what it is named. */
export function filesNamed(path: string, names: readonly string[], depth = DEPTH): string[] {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return names.includes(basename(path)) ? [path] : [];
  const here = names.map((name) => join(path, name)).filter((file) => existsSync(file) && statSync(file).isFile());
  if (here.length > 0 || depth === 0) return here;
  const folders = readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders.flatMap(({ name }) => filesNamed(join(path, name), names, depth - 1));
}

/** @throws SextantError INVALID_INPUT listing the candidates where there are several */
export function oneFileNamed(path: string, names: readonly string[]): string {
  const [file, ...others] = filesNamed(path, names);
  if (file !== undefined && others.length === 0) return file;
  const found = file === undefined ? `no ${names.join(' or ')}` : `${others.length + 1} dictionaries (${[file, ...others].slice(0, 3).join(', ')} …); name one`;
  throw new SextantError(file === undefined ? 'NOT_FOUND' : 'INVALID_INPUT', `${path}: holds ${found}`, { file: path });
}
