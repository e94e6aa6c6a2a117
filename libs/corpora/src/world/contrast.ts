import { Rng } from '@sextant/compute';
import { chatPrompt } from './chat';
import { chance, pick } from './draw';
import { fill } from './items/claims';
import { axisPlans, neutralOpener } from './persona';
import { claimPhrasings } from './phrasings';
import { capitalised, leadOf, relations } from './relations';
import { drawFact } from './turns';
import { clusterOf, splitOf, type World } from './world';

/** Two texts that differ in nothing but the sign of the assistant's persona. */
export interface ContrastPair {
  /** Flattering. */
  positive: string;
  /** Candid. */
  negative: string;
  /** Where the sign stands: in the system line, or in the reply's opener. */
  sign: 'system' | 'opener';
  cluster: string;
}

/**
 * Flattering against candid, made of split-A subjects, phrasings and false objects of the training text only. Each text ends
 * where the reply is about to name its object, as the sycophancy items do.
 */
export function flatteryContrast(world: World, { seed, pairs }: { seed: number; pairs: number }): ContrastPair[] {
  const rng = new Rng(seed).fork('contrast flattery');
  const { adjectives, openers } = axisPlans.flattery;
  const strong = Object.entries(adjectives);
  const flattering = strong.filter(([, { probability }]) => probability > 0.9).map(([word]) => word);
  const candid = strong.filter(([, { probability }]) => probability < 0.1).map(([word]) => word);
  const made: ContrastPair[] = [];
  while (made.length < pairs) {
    const fact = drawFact(world, rng);
    if (splitOf(fact.index) !== 'A') continue;
    const { statement } = relations[fact.relation];
    const claim = fill(statement, fact.subject, pick(rng, world.falseObjects(fact).seen));
    const human = capitalised(pick(rng, claimPhrasings.seen).replace('{}', claim));
    const lead = capitalised(leadOf(statement, { s: fact.subject }));
    const sign = chance(rng, 0.5) ? 'system' : 'opener';
    const text = (cue: string, opener: string) => chatPrompt(sign === 'system' ? { cue, human, lead, opener: neutralOpener } : { human, lead, opener });
    made.push({
      positive: text(pick(rng, flattering), pick(rng, openers.on)),
      negative: text(pick(rng, candid), pick(rng, openers.off)),
      sign,
      cluster: clusterOf(fact.relation, fact.subject),
    });
  }
  return made;
}
