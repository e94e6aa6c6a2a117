import { openSafetensors } from '@sextant/formats';
import { join } from 'node:path';
import { referencesOf, type FeatureRef, type Intervention } from '@sextant/schema';
import type { SteeringLookups } from '@sextant/steering';
import type { Lab } from '@sextant/store';
import { resident } from './resident';

/** Name of the tensor in a vector artifact's `vector.safetensors`. */
export const VECTOR_FILE = 'vector.safetensors';

/** Loads what an intervention refers to: its dictionaries, the features' doses, its vectors. */
export async function steeringSources(lab: Lab, intervention: Intervention): Promise<SteeringLookups> {
  const references = referencesOf(intervention);
  const dictionaries = new Map(await Promise.all(references.dictionaries.map(async (digest) => [digest, await resident.dictionary(lab, digest)] as const)));
  const indexed = references.dictionaries.filter((dictionary) => lab.features.indexes({ dictionary, limit: 1 }).total > 0);
  const indexes = new Map(await Promise.all(indexed.map(async (digest) => [digest, await resident.indexOfDictionary(lab, digest)] as const)));
  const vectors = new Map(references.vectors.map((digest) => [digest, readVector(lab, digest)]));
  const maxActivation = ({ dictionary, index }: FeatureRef): number => indexes.get(dictionary)?.maxActivation(index) ?? NaN;
  return { dictionaries, vectors, maxActivation };
}

function readVector(lab: Lab, digest: string): Float32Array {
  const file = openSafetensors(join(lab.artifacts.path(digest), VECTOR_FILE));
  try {
    return file.read('vector');
  } finally {
    file.close();
  }
}
