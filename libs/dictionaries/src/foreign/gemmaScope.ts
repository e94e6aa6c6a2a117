import { basename, dirname, sep } from 'node:path';
import { openNpz } from '@sextant/formats';
import type { WeightArray } from '../config';
import type { LoadedDictionary } from '../loadedDictionary';
import { filesNamed, isFileOf, oneFileNamed } from './findFile';
import { foreignDictionary } from './foreignDictionary';
import { TensorReader } from './tensorReader';

const weightsFile = 'params.npz';

export const isGemmaScope = (path: string): boolean => isFileOf(path, '.npz') || filesNamed(path, [weightsFile]).length > 0;

/**
 * Loads a JumpReLU dictionary of Gemma Scope: `params.npz`, keys in capitals or not. The decoder bias is not subtracted from
 * the input. Those of the embedding were trained on embeddings times √d, so their weights are brought to plain ones.
 * @throws SextantError INVALID_FILE naming file and tensor
 */
export function readGemmaScope(path: string): LoadedDictionary {
  const file = isFileOf(path, '.npz') ? path : oneFileNamed(path, [weightsFile]);
  const arrays = openNpz(file);
  try {
    const reader = new TensorReader(arrays);
    const key = (name: string) => (reader.has(name) ? name : name.replace('W_', 'w_'));
    const [d, n] = reader.matrixShape(key('W_enc'));
    const folders = dirname(file).split(sep);
    const embedding = folders.includes('embedding');
    const root = embedding ? Math.sqrt(d) : 1;
    const weights = {
      W_enc: times(reader.matrix(key('W_enc'), d, n), 1 / root),
      W_dec: times(reader.matrix(key('W_dec'), n, d), root),
      b_enc: reader.vector('b_enc', n),
      b_dec: reader.vector('b_dec', d),
      threshold: reader.vector('threshold', n),
    };
    reader.finish('Gemma Scope dictionary');
    const layer = folders.map((folder) => /^layer_(\d+)$/.exec(folder)?.[1]).find((found) => found !== undefined);
    const metadata = { ...(embedding ? { hook_name: 'hook_embed' } : layer === undefined ? {} : { layer: Number(layer) }), name: basename(dirname(file)) };
    const notes = embedding ? ['path names an embedding dictionary: W_enc divided by √d, W_dec multiplied by it'] : [];
    return foreignDictionary({ format: 'Gemma Scope', file, architecture: 'jumprelu', arrays: weights, applyDecoderBiasToInput: false, metadata, notes });
  } finally {
    arrays.close();
  }
}

function times(array: WeightArray, factor: number): WeightArray {
  return factor === 1 ? array : { ...array, data: array.data.map((value) => Math.fround(value * factor)) };
}
