import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { openSafetensors, openTorch, type TensorFile } from '@sextant/formats';
import { SextantError } from '@sextant/schema';
import { isJsonObject, readJsonObject } from '../json';
import type { WeightSource } from './weightSource';

interface Layout {
  /** The file when there is one. */
  single: string;
  /** The list of shards when there are several. */
  index: string;
  open: (path: string) => TensorFile;
}

/** What a folder's weights may be kept in, the safer one first. */
const layouts: readonly Layout[] = [
  { single: 'model.safetensors', index: 'model.safetensors.index.json', open: openSafetensors },
  { single: 'pytorch_model.bin', index: 'pytorch_model.bin.index.json', open: openTorch },
];

/**
 * A folder's weights: one file, or the shards that an index lists, as safetensors or as a pickle (read without running it).
 * @throws SextantError NOT_FOUND when there are none, INVALID_FILE naming file and tensor.
 */
export function openFolderWeights(dir: string): WeightSource {
  for (const { single, index, open } of layouts) {
    if (existsSync(join(dir, single))) {
      const file = open(join(dir, single));
      return source(file.path, new Map(file.names().map((name) => [name, file])), [file]);
    }
    if (existsSync(join(dir, index))) return openShards(dir, index, open);
  }
  const expected = layouts.flatMap(({ single, index }) => [single, index]).join(', ');
  throw new SextantError('NOT_FOUND', `${dir}: has no weights; expected one of ${expected}`, { file: dir });
}

function openShards(dir: string, indexName: string, open: Layout['open']): WeightSource {
  const index = join(dir, indexName);
  const { weight_map: map } = readJsonObject(index);
  if (!isJsonObject(map)) throw new SextantError('INVALID_FILE', `${index}: "weight_map" is missing or no object`, { file: index, field: 'weight_map' });
  const shards = new Map<string, TensorFile>();
  const place = new Map<string, TensorFile>();
  try {
    for (const [tensor, shard] of Object.entries(map)) {
      if (typeof shard !== 'string' || shard !== basename(shard) || shard === '..') {
        throw new SextantError('INVALID_FILE', `${index}: tensor "${tensor}" is said to lie in ${JSON.stringify(shard)}; expected a file name in the same folder`, {
          file: index,
          tensor,
          value: shard,
        });
      }
      if (!shards.has(shard)) shards.set(shard, open(join(dir, shard)));
      const file = shards.get(shard)!;
      // Reading the shape names shard and tensor when the index promises what the shard does not have.
      file.info(tensor);
      place.set(tensor, file);
    }
    for (const file of shards.values()) {
      const stray = file.names().find((name) => place.get(name) !== file);
      if (stray !== undefined) {
        throw new SextantError('INVALID_FILE', `${file.path}: tensor "${stray}" is not listed under this file in ${indexName}`, { file: file.path, tensor: stray });
      }
    }
  } catch (error) {
    for (const file of shards.values()) file.close();
    throw error;
  }
  return source(index, place, [...shards.values()]);
}

function source(whole: string, place: ReadonlyMap<string, TensorFile>, files: readonly TensorFile[]): WeightSource {
  const fileOf = (name: string): TensorFile => place.get(name) ?? files[0]!;
  return {
    names: () => [...place.keys()],
    shape: (name) => fileOf(name).info(name).shape,
    read: (name) => fileOf(name).read(name),
    file: (name) => (name === undefined ? whole : fileOf(name).path),
    close: () => files.forEach((file) => file.close()),
  };
}
