import { none } from './none';
import type { Normalisation } from './normalisation';

/**
 * One scalar, sqrt(d) / mean ‖x‖, that SAELens folds into the weights after training. A file that still says
 * `expected_average_only_in` was not folded and does not hold the scalar: loading asks for it (see saeLens/read.ts).
 */
export const expectedAverage: Normalisation = { ...none, name: 'expected_average_only_in' };
