import { tf } from '@sextant/compute';
import type { OperationDefinition } from '../operation';

/** h' = decode(encode(h)): the dictionary's reconstruction in h's place, nothing else changed. The control of what its error carries. */
export const reconstruct: OperationDefinition<'reconstruct'> = {
  kind: 'reconstruct',
  targets: ({ dictionary }) => [`reconstruction by ${dictionary.slice(0, 12)}`],
  reads: ({ dictionary }) => [{ dictionary, index: 0 }],
  prepare({ dictionary }, sources) {
    const source = sources.dictionary(dictionary);
    return (h) => tf.sub<tf.Tensor2D>(source.decode(source.encode(h), h), h);
  },
  withDose: (operation) => operation,
};
