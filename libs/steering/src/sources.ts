import { Rng } from '@sextant/compute';
import { SextantError, type Direction, type FeatureRef } from '@sextant/schema';
import type { SteeringDictionary } from './dictionary';
import type { OperationSources } from './operation';

export interface SteeringLookups {
  /** By digest. */
  dictionaries?: ReadonlyMap<string, SteeringDictionary>;
  /** Largest activation of a feature on the indexed corpus. */
  maxActivation?: (feature: FeatureRef) => number;
  /** Made vectors by digest, of any length. */
  vectors?: ReadonlyMap<string, Float32Array>;
}

/** A unit vector along `vector`. @throws SextantError INVALID_INPUT when it has no direction. */
export function normalised(vector: Float32Array, what: string): Float32Array {
  const norm = Math.sqrt(vector.reduce((total, value) => total + value * value, 0));
  if (!(norm > 0 && Number.isFinite(norm))) throw new SextantError('INVALID_INPUT', `${what} has norm ${norm} and so no direction`, { value: norm });
  return vector.map((value) => value / norm);
}

/** Unit Gaussian direction: every direction is equally likely, and the seed names one for good. */
export function randomDirection(seed: number, d: number): Float32Array {
  const rng = new Rng(seed).fork('direction');
  return normalised(Float32Array.from({ length: d }, () => rng.normal()), `random direction ${seed}`);
}

/** Looks up what operations need, with errors that name what is missing. `d` is the width of the hook. */
export function operationSources({ dictionaries, maxActivation, vectors }: SteeringLookups, d: number): OperationSources {
  const checked = (vector: Float32Array, what: string): Float32Array => {
    if (vector.length === d) return vector;
    throw new SextantError('INVALID_INPUT', `${what} has ${vector.length} dimensions, the hook has ${d}`, { value: vector.length });
  };
  const dictionary = (digest: string): SteeringDictionary => {
    const found = dictionaries?.get(digest);
    if (!found) throw new SextantError('NOT_FOUND', `no dictionary ${digest} was given to steer with`, { field: 'feature.dictionary', value: digest });
    if (found.d === d) return found;
    throw new SextantError('INVALID_INPUT', `dictionary ${digest.slice(0, 12)} has width ${found.d}, the hook has ${d}`, { field: 'hook', value: found.d });
  };
  const decoderRow = (feature: FeatureRef): Float32Array => {
    const source = dictionary(feature.dictionary);
    if (feature.index < source.n) return source.decoderRow(feature.index);
    throw new SextantError('NOT_FOUND', `there is no feature ${feature.index}: dictionary ${feature.dictionary.slice(0, 12)} has ${source.n}`, {
      field: 'feature.index',
      value: feature.index,
    });
  };
  return {
    dictionary,
    decoderRow,
    maxActivation(feature) {
      const max = maxActivation?.(feature);
      if (max !== undefined && max > 0 && Number.isFinite(max)) return max;
      const why = max === undefined ? 'its feature index was not given' : `its largest activation on the indexed corpus is ${max}`;
      throw new SextantError('INVALID_INPUT', `feature ${feature.index} has no dose unit: ${why}`, { field: 'feature', value: feature.index });
    },
    unitVector(direction: Direction) {
      switch (direction.kind) {
        case 'decoder':
          return normalised(decoderRow(direction.feature), `the decoder row of feature ${direction.feature.index}`);
        case 'random':
          return randomDirection(direction.seed, d);
        case 'vector': {
          const vector = vectors?.get(direction.vector);
          if (!vector) throw new SextantError('NOT_FOUND', `no vector ${direction.vector} was given to steer with`, { field: 'direction.vector', value: direction.vector });
          const what = `vector ${direction.vector.slice(0, 12)}`;
          return normalised(checked(vector, what), what);
        }
      }
    },
  };
}
