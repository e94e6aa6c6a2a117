import type { TensorFile } from '@sextant/formats';
import type { WeightSource } from './weightSource';

/** The weights of a model that is kept in one file, under the file's own names. */
export function fileWeights(file: TensorFile): WeightSource {
  return {
    names: () => file.names(),
    shape: (name) => file.info(name).shape,
    read: (name) => file.read(name),
    file: () => file.path,
    close: () => file.close(),
  };
}
