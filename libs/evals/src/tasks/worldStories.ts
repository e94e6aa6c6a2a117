import { Rng } from '@sextant/compute';
import { buildWorld, splitOf, standardWorldSeed, story } from '@sextant/corpora';
import type { EvalTask } from '../task';
import { likelihoodItem } from './likelihood';

const stories = 200;

/** Stories of the planted world that no training stream contains: how well are they predicted? */
export const worldStories: EvalTask = {
  name: 'world:stories',
  version: '1',
  description: 'Log-probability of new stories of the planted world (perplexity)',
  needsPath: false,
  load() {
    const world = buildWorld(standardWorldSeed);
    const rng = new Rng(standardWorldSeed).fork('held-out stories');
    return Array.from({ length: stories }, (_, index) => {
      const { text, attributes } = story(world, rng);
      return likelihoodItem(text, `story/${index}`, splitOf(index), attributes);
    });
  },
};
