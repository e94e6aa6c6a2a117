import { existsSync, statSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { openSafetensors, type SafetensorsFile } from '@sextant/formats';
import { SextantError } from '@sextant/schema';
import { readJsonObject, type JsonObject } from '../json';

const beside = 'references.safetensors';

/** Reference values of a model: a safetensors file, with references.json beside it where texts belong to them. */
export interface References {
  file: string;
  folder: string;
  tensors: SafetensorsFile;
  texts: JsonObject | null;
}

/**
 * Opens reference values.
 * @param path a safetensors file, the JSON file beside it, or the folder of both
 * @throws SextantError NOT_FOUND or INVALID_FILE naming the file
 */
export function openReferences(path: string): References {
  if (!existsSync(path)) throw new SextantError('NOT_FOUND', `${path}: no reference values there`, { file: path, field: 'references' });
  const isFolder = statSync(path).isDirectory();
  const file = isFolder ? join(path, beside) : extname(path) === '.json' ? `${path.slice(0, -'.json'.length)}.safetensors` : path;
  const json = `${file.slice(0, -extname(file).length)}.json`;
  return { file, folder: dirname(file), tensors: openSafetensors(file), texts: existsSync(json) ? readJsonObject(json) : null };
}

/** `references.safetensors` in the model's folder; beside a file, first those that carry its name. */
export function findReferences(model: string): string | null {
  const isFolder = existsSync(model) && statSync(model).isDirectory();
  const stem = basename(model, extname(model));
  const places = isFolder ? [join(model, beside)] : [`${stem}.references.safetensors`, `${stem}.expected.safetensors`, beside].map((name) => join(dirname(model), name));
  return places.find(existsSync) ?? null;
}
