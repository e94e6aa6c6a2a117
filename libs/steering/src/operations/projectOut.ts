import { tf } from '@sextant/compute';
import { directionTarget, type OperationDefinition } from '../operation';
import { along } from './along';

/** h' = h − v̂ v̂ᵀ h: nothing of h is left along the direction. */
export const projectOut: OperationDefinition<'projectOut'> = {
  kind: 'projectOut',
  targets: ({ direction }) => [directionTarget(direction)],
  reads: () => [],
  prepare({ direction }, sources) {
    const vector = sources.unitVector(direction);
    return (h) => along(tf.neg(tf.matMul(h, tf.tensor2d(vector, [vector.length, 1]))), vector);
  },
  withDose: (operation) => operation,
};
