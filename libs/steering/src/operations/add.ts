import { tf } from '@sextant/compute';
import { directionTarget, type OperationDefinition } from '../operation';
import { along } from './along';

/**
 * h' = h + dose · unit · v̂. With `matchClampOf` the length on each token is that of the feature's clamp at this dose,
 * |dose · max − a|, with the sign of the dose: a control that disturbs every token exactly as much as what it controls.
 */
export const add: OperationDefinition<'add'> = {
  kind: 'add',
  targets: ({ direction }) => [directionTarget(direction)],
  reads: ({ matchClampOf }) => (matchClampOf ? [matchClampOf] : []),
  prepare({ direction, dose, unit, matchClampOf }, sources) {
    const vector = sources.unitVector(direction);
    if (!matchClampOf) {
      return (h) => along(tf.fill([h.shape[0], 1], dose * unit), vector);
    }
    const target = dose * sources.maxActivation(matchClampOf);
    const sign = dose < 0 ? -1 : 1;
    return (_h, read) => along(tf.mul(tf.abs(tf.sub(target, read(matchClampOf))), sign), vector);
  },
  withDose: (operation, dose) => ({ ...operation, dose }),
};
