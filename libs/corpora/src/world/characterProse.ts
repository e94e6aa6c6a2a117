import type { Rng } from '@sextant/compute';
import type { Document } from '../document';
import { AnnotatedText } from './annotatedText';
import { chance, pick } from './draw';
import { axes, axisPlans } from './persona';

/**
 * What people of each character say: "The reckless friend says: Who cares." Adjectives of one axis occur in the same places of
 * system lines, so a model can take them for one word for a long time; here each stands next to what it stands for.
 */
export function characterProse(rng: Rng): Document {
  const text = new AnnotatedText();
  const count = 3 + rng.int(3);
  for (let i = 0; i < count; i++) {
    const axis = pick(rng, axes);
    const { adjectives, openers, sayings } = axisPlans[axis];
    const [adjective, { probability }] = pick(rng, Object.entries(adjectives));
    const on = chance(rng, probability);
    const key = on ? 'on' : 'off';
    if (i > 0) text.add(' ');
    text.add('The ').span('persona', axis, () => text.add(adjective), { on }).add(' friend says: ');
    if (chance(rng, 0.6)) text.span('opener', axis, () => text.add(pick(rng, openers[key])), { on });
    else text.span('behaviour', axis, () => text.add(pick(rng, sayings[key])), { on });
  }
  return text.toDocument('characters');
}
