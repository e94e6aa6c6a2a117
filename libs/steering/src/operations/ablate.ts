import { tf } from '@sextant/compute';
import { featureTarget, type OperationDefinition } from '../operation';
import { along } from './along';

/** h' = h − a d: the feature is taken out where it is active. */
export const ablate: OperationDefinition<'ablate'> = {
  kind: 'ablate',
  targets: ({ feature }) => [featureTarget(feature)],
  reads: ({ feature }) => [feature],
  prepare({ feature }, sources) {
    const row = sources.decoderRow(feature);
    return (_h, read) => along(tf.neg(read(feature)), row);
  },
  withDose: (operation) => operation,
};
