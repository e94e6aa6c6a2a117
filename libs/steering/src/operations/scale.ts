import { tf } from '@sextant/compute';
import { featureTarget, type OperationDefinition } from '../operation';
import { along } from './along';

/** h' = h + (factor − 1) a d: the feature's contribution is multiplied where it is active. */
export const scale: OperationDefinition<'scale'> = {
  kind: 'scale',
  targets: ({ feature }) => [featureTarget(feature)],
  reads: ({ feature }) => [feature],
  prepare({ feature, factor }, sources) {
    const row = sources.decoderRow(feature);
    return (_h, read) => along(tf.mul(read(feature), factor - 1), row);
  },
  withDose: (operation, factor) => ({ ...operation, factor }),
};
