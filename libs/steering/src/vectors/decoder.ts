import { SextantError } from '@sextant/schema';
import { made, type VectorMaker } from './vector';

/** A feature's unit decoder row. */
export const decoder: VectorMaker = async ({ feature, dictionary, d }) => {
  if (!feature || !dictionary) throw new SextantError('INVALID_INPUT', 'a decoder vector needs a feature and its dictionary', { field: 'feature' });
  if (dictionary.d !== d) throw new SextantError('INVALID_INPUT', `the dictionary has width ${dictionary.d}, the hook has ${d}`, { field: 'feature', value: dictionary.d });
  if (feature.index >= dictionary.n) {
    throw new SextantError('NOT_FOUND', `there is no feature ${feature.index}: the dictionary has ${dictionary.n}`, { field: 'feature.index', value: feature.index });
  }
  return made(Float32Array.from(dictionary.decoderRow(feature.index)), `unit decoder row of feature ${feature.index}`);
};
