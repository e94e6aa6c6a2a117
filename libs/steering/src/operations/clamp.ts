import { tf } from '@sextant/compute';
import { featureTarget, type OperationDefinition } from '../operation';
import { along } from './along';

/** h' = h + (dose · max − a) d: the feature is set to a multiple of its max, everything the dictionary misses stays. */
export const clamp: OperationDefinition<'clamp'> = {
  kind: 'clamp',
  targets: ({ feature }) => [featureTarget(feature)],
  reads: ({ feature }) => [feature],
  prepare({ feature, dose }, sources) {
    const row = sources.decoderRow(feature);
    const target = dose * sources.maxActivation(feature);
    return (_h, read) => along(tf.sub(target, read(feature)), row);
  },
  withDose: (operation, dose) => ({ ...operation, dose }),
};
