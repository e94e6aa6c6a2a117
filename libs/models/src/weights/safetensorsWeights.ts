import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { openSafetensors, type SafetensorsFile } from '@sextant/formats';
import { SextantError } from '@sextant/schema';
import { isJsonObject, readJsonObject } from '../json';
import type { WeightSource } from './weightSource';

const SINGLE = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';

/** One safetensors file, or the shards that an index lists. Null when the folder has neither. */
export function openSafetensorsWeights(dir: string): WeightSource | null {
  if (existsSync(join(dir, SINGLE))) {
    const file = openSafetensors(join(dir, SINGLE));
    return source(file.path, new Map(file.names().map((name) => [name, file])), [file]);
  }
  const index = join(dir, INDEX);
  return existsSync(index) ? openShards(dir, index) : null;
}

function openShards(dir: string, index: string): WeightSource {
  const { weight_map: map } = readJsonObject(index);
  if (!isJsonObject(map)) throw new SextantError('INVALID_FILE', `${index}: "weight_map" is missing or no object`, { file: index, field: 'weight_map' });
  const shards = new Map<string, SafetensorsFile>();
  const place = new Map<string, SafetensorsFile>();
  try {
    for (const [tensor, shard] of Object.entries(map)) {
      if (typeof shard !== 'string' || shard !== basename(shard) || shard === '..') {
        throw new SextantError('INVALID_FILE', `${index}: tensor "${tensor}" is said to lie in ${JSON.stringify(shard)}; expected a file name in the same folder`, {
          file: index,
          tensor,
          value: shard,
        });
      }
      if (!shards.has(shard)) shards.set(shard, openSafetensors(join(dir, shard)));
      const file = shards.get(shard)!;
      // Reading the shape names shard and tensor when the index promises what the shard does not have.
      file.info(tensor);
      place.set(tensor, file);
    }
    for (const file of shards.values()) {
      const stray = file.names().find((name) => place.get(name) !== file);
      if (stray !== undefined) {
        throw new SextantError('INVALID_FILE', `${file.path}: tensor "${stray}" is not listed under this file in ${INDEX}`, { file: file.path, tensor: stray });
      }
    }
  } catch (error) {
    for (const file of shards.values()) file.close();
    throw error;
  }
  return source(index, place, [...shards.values()]);
}

function source(whole: string, place: ReadonlyMap<string, SafetensorsFile>, files: readonly SafetensorsFile[]): WeightSource {
  const fileOf = (name: string): SafetensorsFile => place.get(name) ?? files[0]!;
  return {
    names: () => [...place.keys()],
    shape: (name) => fileOf(name).info(name).shape,
    read: (name) => fileOf(name).read(name),
    file: (name) => (name === undefined ? whole : fileOf(name).path),
    close: () => files.forEach((file) => file.close()),
  };
}
