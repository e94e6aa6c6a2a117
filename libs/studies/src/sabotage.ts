import { Rng } from '@sextant/compute';
import type { StudyPlan } from './plan';

/**
 * The sign of each item's margin: 1, or under the sabotage `shuffled-labels` a fair coin for each item of the studied
 * task. A rule that then still confirms something is finding noise.
 */
export function signOfItems({ sabotage, seed, task }: StudyPlan): (task: string) => (item: string) => number {
  const rng = new Rng(seed);
  return (of) => (item) => (sabotage === 'shuffled-labels' && of === task && rng.fork(`label ${item}`).uniform() < 0.5 ? -1 : 1);
}
