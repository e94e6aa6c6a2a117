import { tf } from '@sextant/compute';
import type { Normalisation } from './normalisation';

/** x times one scalar for the whole data set (1 for folded dictionaries), papers.md 1.1. */
export const none: Normalisation = {
  name: 'none',
  perToken: false,
  apply: (x, scale) => ({ x: scale === 1 ? x : tf.mul(x, scale), unit: 1 / scale }),
};
