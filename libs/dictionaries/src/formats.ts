import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SextantError } from '@sextant/schema';
import type { Dictionary } from './dictionary';
import type { LoadedDictionary } from './loadedDictionary';
import { openSafetensors } from '@sextant/formats';
import { isFileOf, oneFileNamed } from './foreign/findFile';
import { isDictionaryLearning, readDictionaryLearning } from './foreign/dictionaryLearning';
import { isGemmaScope, readGemmaScope } from './foreign/gemmaScope';
import { isOpenAi, readOpenAi } from './foreign/openAi';
import { isSparsify, readSparsify } from './foreign/sparsify';
import { cfgFile, isSaeLens, readSaeLens, sparsityFile, weightsFile, type LoadOptions } from './saeLens/read';
import { writeSaeLens, type WriteOptions } from './saeLens/write';

interface DictionaryFormat {
  name: string;
  recognises(path: string): boolean;
  read(path: string, options: LoadOptions): LoadedDictionary;
  /** Its checkpoint: the name of the file with the weights, and of those that may lie beside it. */
  weights: string;
  beside: readonly string[];
}

/** Checkpoint layouts that can be read; the first that recognises a path reads it. */
export const dictionaryFormats: readonly DictionaryFormat[] = [
  // sparsify's folders have a cfg.json as well, so its weights are looked for first.
  { name: 'sparsify', recognises: isSparsify, read: readSparsify, weights: 'sae.safetensors', beside: ['cfg.json'] },
  { name: 'SAELens', recognises: isSaeLens, read: readSaeLens, weights: weightsFile, beside: [cfgFile, sparsityFile] },
  { name: 'dictionary_learning', recognises: isDictionaryLearning, read: readDictionaryLearning, weights: 'ae.pt', beside: ['config.json'] },
  { name: 'Gemma Scope', recognises: isGemmaScope, read: readGemmaScope, weights: 'params.npz', beside: [] },
  { name: 'OpenAI', recognises: isOpenAi, read: readOpenAi, weights: 'autoencoder.pt', beside: [] },
];

/**
 * Loads a dictionary from a checkpoint. The caller disposes it.
 * @throws SextantError NOT_FOUND or INVALID_FILE naming file, tensor or field, and value
 */
export function loadDictionary(path: string, options: LoadOptions = {}): LoadedDictionary {
  if (!existsSync(path)) throw new SextantError('NOT_FOUND', `${path}: does not exist`, { file: path });
  return formatOf(path).read(path, options);
}

/**
 * The format of a checkpoint and the files that make it up.
 * @throws SextantError as `loadDictionary`
 */
export function dictionaryFiles(path: string): { format: string; files: string[] } {
  if (!existsSync(path)) throw new SextantError('NOT_FOUND', `${path}: does not exist`, { file: path });
  const { name, weights, beside } = formatOf(path);
  const file = statSync(path).isFile() ? path : oneFileNamed(path, [weights]);
  return { format: name, files: [file, ...beside.map((other) => join(dirname(file), other)).filter((other) => existsSync(other))] };
}

function formatOf(path: string): DictionaryFormat {
  const format = dictionaryFormats.find(({ recognises }) => recognises(path));
  if (format) return format;
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
