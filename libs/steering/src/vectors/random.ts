import { randomDirection } from '../sources';
import { made, type VectorMaker } from './vector';

/** A unit Gaussian direction: the control. */
export const random: VectorMaker = async ({ d, seed = 0 }) => made(randomDirection(seed, d), `unit Gaussian direction of seed ${seed}`);
