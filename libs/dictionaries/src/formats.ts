import { existsSync } from 'node:fs';
import { SextantError } from '@sextant/schema';
import type { Dictionary } from './dictionary';
import type { LoadedDictionary } from './loadedDictionary';
import { isSaeLens, readSaeLens, type LoadOptions } from './saeLens/read';
import { writeSaeLens, type WriteOptions } from './saeLens/write';

interface DictionaryFormat {
  name: string;
  recognises(path: string): boolean;
  read(path: string, options: LoadOptions): LoadedDictionary;
}

/** Checkpoint layouts that can be read; the first that recognises a path reads it. */
export const dictionaryFormats: readonly DictionaryFormat[] = [{ name: 'SAELens', recognises: isSaeLens, read: readSaeLens }];

/**
 * Loads a dictionary from a checkpoint. The caller disposes it.
 * @throws SextantError NOT_FOUND or INVALID_FILE naming file, tensor or field, and value
 */
export function loadDictionary(path: string, options: LoadOptions = {}): LoadedDictionary {
  if (!existsSync(path)) throw new SextantError('NOT_FOUND', `${path}: does not exist`, { file: path });
  const format = dictionaryFormats.find(({ recognises }) => recognises(path));
  if (format) return format.read(path, options);
  const names = dictionaryFormats.map(({ name }) => name).join(', ');
  throw new SextantError('INVALID_FILE', `${path}: holds no dictionary in a known layout (${names}: a folder with cfg.json and sae_weights.safetensors)`, { file: path });
}

/** Writes a dictionary as a SAELens 6 folder. */
export function saveDictionary(dictionary: Dictionary & Pick<LoadedDictionary, 'arrays'>, dir: string, options: WriteOptions = {}): void {
  writeSaeLens(dir, dictionary.config, dictionary.arrays(), options);
}
