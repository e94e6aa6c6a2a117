import { Rng } from '@sextant/compute';
import { SextantError } from '@sextant/schema';
import { shuffled } from './draw';
import { relationNames, relations, twoHopNames, twoHops, type Relation, type RelationName, type TwoHopName } from './relations';
import { categories, harmAnimalVerbs, harmPlaceVerbs, harmPlaces, helpThings, helpVerbs, works } from './words';

export type Split = 'A' | 'B';

export interface Fact {
  relation: RelationName;
  subject: string;
  object: string;
  /** Place of the subject in its category: even places are split A, odd ones B. */
  index: number;
}

/** A verb and what it is done to, or a work and its topic; `heldOut` pairs never occur in training text. */
export interface Pairing {
  first: string;
  second: string;
  index: number;
  heldOut: boolean;
}

export interface World {
  seed: number;
  facts: readonly Fact[];
  factsOf: ReadonlyMap<RelationName, readonly Fact[]>;
  /** Sampling weights of `factsOf(relation)`: Zipf with exponent 0.7 over a shuffled rank order. */
  weights: ReadonlyMap<RelationName, readonly number[]>;
  harms: readonly Pairing[];
  helps: readonly Pairing[];
  praises: readonly Pairing[];
  fact(relation: RelationName, subject: string): Fact;
  /** Objects that would make the fact false. A quarter of them are `heldOut`: no one in training ever claims them. */
  falseObjects(fact: Fact): { seen: readonly string[]; heldOut: readonly string[] };
  twoHop(name: TwoHopName, subject: string): { subject: string; middle: string; object: string; index: number };
  /** False for the third of subjects whose two-hop question never occurs in training. */
  isAsked(name: TwoHopName, subject: string): boolean;
}

const zipfExponent = 0.7;

/** The world that the demo model was trained on, and that the built-in evals ask about. */
export const standardWorldSeed = 1;

export function splitOf(index: number): Split {
  return index % 2 === 0 ? 'A' : 'B';
}

/** The bootstrap cluster of everything that is about one subject in one relation. */
export function clusterOf(relation: string, subject: string): string {
  return `${relation}/${subject}`;
}

/** Draws the world's arbitrary facts (215) and everything that is held out of its training text. */
export function buildWorld(seed: number): World {
  const rng = new Rng(seed).fork('world');
  const factsOf = new Map<RelationName, Fact[]>();
  const weights = new Map<RelationName, number[]>();
  const falseObjects = new Map<Fact, { seen: string[]; heldOut: string[] }>();

  for (const name of relationNames) {
    const relation: Relation = relations[name];
    const draw = rng.fork(`relation ${name}`);
    const subjects = categories[relation.subject];
    const objects = balancedObjects(draw, categories[relation.object], subjects.length);
    const facts = subjects.map((subject, index) => ({ relation: name, subject, object: objects[index] ?? '', index }));
    factsOf.set(name, facts);
    weights.set(name, shuffled(draw, facts.map((_, rank) => (rank + 1) ** -zipfExponent)));
    for (const fact of facts) {
      const wrong = shuffled(draw, categories[relation.object].filter((object) => object !== fact.object));
      const held = Math.max(1, Math.round(wrong.length / 4));
      falseObjects.set(fact, { heldOut: wrong.slice(0, held), seen: wrong.slice(held) });
    }
  }

  const asked = new Map(
    twoHopNames.map((name) => {
      const subjects = categories[relations[twoHops[name].first].subject];
      const neverAsked = Math.round(subjects.length / 3);
      return [name, new Set(shuffled(rng.fork(`asked ${name}`), subjects).slice(neverAsked))] as const;
    }),
  );

  const fact = (relation: RelationName, subject: string): Fact => {
    const found = factsOf.get(relation)?.find((candidate) => candidate.subject === subject);
    if (!found) throw new SextantError('NOT_FOUND', `the world has no fact ${relation}(${subject})`, { field: relation, value: subject });
    return found;
  };

  return {
    seed,
    facts: relationNames.flatMap((name) => factsOf.get(name) ?? []),
    factsOf,
    weights,
    harms: [...pairings(rng, 'harm places', harmPlaceVerbs, harmPlaces), ...pairings(rng, 'harm animals', harmAnimalVerbs, categories.animal)],
    helps: pairings(rng, 'helps', helpVerbs, [...categories.tool, ...helpThings]),
    praises: pairings(rng, 'praises', works, [...categories.animal, ...categories.city]),
    fact,
    falseObjects: (which) => falseObjects.get(which) ?? { seen: [], heldOut: [] },
    twoHop(name, subject) {
      const first = fact(twoHops[name].first, subject);
      return { subject, middle: first.object, object: fact(twoHops[name].second, first.object).object, index: first.index };
    },
    isAsked: (name, subject) => asked.get(name)?.has(subject) ?? false,
  };
}

/** `count` objects in which each object occurs equally often (to within one), in random order. */
function balancedObjects(rng: Rng, objects: readonly string[], count: number): string[] {
  const rounds = Math.ceil(count / objects.length);
  const pool = Array.from({ length: rounds }, () => shuffled(rng, objects)).flat();
  return shuffled(rng, pool.slice(0, count));
}

function pairings(rng: Rng, label: string, first: readonly string[], second: readonly string[]): Pairing[] {
  const all = first.flatMap((verb) => second.map((target, index) => ({ first: verb, second: target, index })));
  const order = shuffled(rng.fork(label), all.map((_, place) => place));
  const heldOut = new Set(order.slice(0, Math.round(all.length / 4)));
  return all.map((pair, place) => ({ ...pair, heldOut: heldOut.has(place) }));
}
