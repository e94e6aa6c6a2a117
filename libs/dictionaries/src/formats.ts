import { existsSync } from 'node:fs';
import { SextantError } from '@sextant/schema';
import type { Dictionary } from './dictionary';
import type { LoadedDictionary } from './loadedDictionary';
import { openSafetensors } from '@sextant/formats';
import { isFileOf } from './foreign/findFile';
import { isDictionaryLearning, readDictionaryLearning } from './foreign/dictionaryLearning';
import { isGemmaScope, readGemmaScope } from './foreign/gemmaScope';
import { isOpenAi, readOpenAi } from './foreign/openAi';
import { isSparsify, readSparsify } from './foreign/sparsify';
import { isSaeLens, readSaeLens, type LoadOptions } from './saeLens/read';
import { writeSaeLens, type WriteOptions } from './saeLens/write';

interface DictionaryFormat {
  name: string;
  recognises(path: string): boolean;
  read(path: string, options: LoadOptions): LoadedDictionary;
}

/** Checkpoint layouts that can be read; the first that recognises a path reads it. */
export const dictionaryFormats: readonly DictionaryFormat[] = [
  // sparsify's folders have a cfg.json as well, so its weights are looked for first.
  { name: 'sparsify', recognises: isSparsify, read: readSparsify },
  { name: 'SAELens', recognises: isSaeLens, read: readSaeLens },
  { name: 'dictionary_learning', recognises: isDictionaryLearning, read: readDictionaryLearning },
  { name: 'Gemma Scope', recognises: isGemmaScope, read: readGemmaScope },
  { name: 'OpenAI', recognises: isOpenAi, read: readOpenAi },
];

/**
 * Loads a dictionary from a checkpoint. The caller disposes it.
 * @throws SextantError NOT_FOUND or INVALID_FILE naming file, tensor or field, and value
 */
export function loadDictionary(path: string, options: LoadOptions = {}): LoadedDictionary {
  if (!existsSync(path)) throw new SextantError('NOT_FOUND', `${path}: does not exist`, { file: path });
  const format = dictionaryFormats.find(({ recognises }) => recognises(path));
  if (format) return format.read(path, options);
  if (isFileOf(path, '.safetensors')) {
    // What is wrong with the file itself is said first.
    openSafetensors(path).close();
    throw new SextantError('INVALID_FILE', `${path}: tensors alone are no dictionary; name the folder that has its cfg.json`, { file: path });
  }
  const expected = 'cfg.json with sae_weights.safetensors or sae.safetensors, ae.pt, params.npz, or autoencoder.pt';
  throw new SextantError('INVALID_FILE', `${path}: holds no dictionary in a known layout; expected ${expected}`, { file: path });
}

/** Writes a dictionary as a SAELens 6 folder. */
export function saveDictionary(dictionary: Dictionary & Pick<LoadedDictionary, 'arrays'>, dir: string, options: WriteOptions = {}): void {
  writeSaeLens(dir, dictionary.config, dictionary.arrays(), options);
}
