import type { Rng } from '@sextant/compute';
import type { Document } from '../document';
import { AnnotatedText } from './annotatedText';
import { chance, pick } from './draw';
import { relationNames, relations } from './relations';
import { drawFact, writeStatement } from './turns';
import type { Fact, World } from './world';

/** Three to six facts in prose; half the documents follow a chain from fact to fact through shared words. */
export function factProse(world: World, rng: Rng): Document {
  const text = new AnnotatedText();
  const linked = chance(rng, 0.5);
  const count = 3 + rng.int(4);
  let fact = linked ? drawFact(world, rng, ['eats', 'livesIn', 'works']) : drawFact(world, rng);
  for (let i = 0; i < count; i++) {
    if (i > 0) text.add(' ');
    const { statement, prose } = relations[fact.relation];
    const template = chance(rng, 0.5) ? statement : pick(rng, prose);
    text.sentence(() => writeStatement(text, fact, fact.object, template)).add('.');
    fact = (linked && follow(world, rng, fact)) || drawFact(world, rng);
  }
  return text.toDocument('facts', { linked });
}

/** A fact about the object of this one, where the world has any. */
function follow(world: World, rng: Rng, fact: Fact): Fact | undefined {
  const next = relationNames.filter((name) => relations[name].subject === relations[fact.relation].object);
  return next.length === 0 ? undefined : world.fact(pick(rng, next), fact.object);
}
