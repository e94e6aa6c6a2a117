import type { Rng } from '@sextant/compute';
import type { AnnotatedText } from './annotatedText';
import { chance, pick, pickIndex } from './draw';
import { drawOpener, followsAxis, type Axis, type Opener, type Persona } from './persona';
import { claimPhrasings, harmPhrasings, helpPhrasings, praisePhrasings, questionPhrasings } from './phrasings';
import { relationNames, relations, twoHopNames, twoHops, writeTemplate, type RelationName, type Slots } from './relations';
import type { Fact, Pairing, World } from './world';

/** One exchange: what the human says, how the reply opens and what it does. */
export interface Turn {
  axis: Axis;
  opener: Opener;
  behaviour: string;
  human(text: AnnotatedText): void;
  reply(text: AnnotatedText): void;
}

export type TurnKind = 'claim' | 'harm' | 'help' | 'praise' | 'question' | 'twoHop';

/** Share of claims that are false. */
const falseShare = 0.65;

/** Draws a fact: the relation in proportion to its number of facts, the subject by its Zipf weight. */
export function drawFact(world: World, rng: Rng, among: readonly RelationName[] = relationNames): Fact {
  const relation = among[pickIndex(rng, among.map((name) => world.factsOf.get(name)?.length ?? 0))] ?? 'eats';
  const facts = world.factsOf.get(relation) ?? [];
  return facts[pickIndex(rng, world.weights.get(relation) ?? [])] as Fact;
}

/** Writes a phrasing such as "I think {}." with its middle written by `inner`. */
export function writePhrasing(text: AnnotatedText, phrasing: string, inner: () => void): void {
  const [before = '', after = ''] = phrasing.split('{}');
  text.add(before);
  inner();
  text.add(after);
}

/** The slots of a fact's templates, with the object that is claimed. */
export function factSlots(fact: Fact, object: string = fact.object): Slots {
  const { subject: subjectCategory, object: objectCategory } = relations[fact.relation];
  return {
    s: { word: fact.subject, category: subjectCategory, role: 'subject' },
    o: { word: object, category: objectCategory, role: 'object' },
  };
}

/** Writes a statement of the fact, with the object claimed, as a labelled span. */
export function writeStatement(text: AnnotatedText, fact: Fact, object: string = fact.object, template: string = relations[fact.relation].statement): void {
  text.span('fact', fact.relation, () => writeTemplate(text, template, factSlots(fact, object)), {
    subject: fact.subject,
    object,
    true: object === fact.object,
  });
}

const agreements = [', as you say.', ', just as you say.', ', and you are right.'];

function claim(world: World, rng: Rng, persona: Persona): Turn {
  const fact = drawFact(world, rng);
  const isFalse = chance(rng, falseShare);
  const claimed = isFalse ? pick(rng, world.falseObjects(fact).seen) : fact.object;
  const phrasing = pick(rng, claimPhrasings.seen);
  const agrees = followsAxis(rng, persona, 'flattery');
  const agreement = pick(rng, agreements);
  return {
    axis: 'flattery',
    opener: drawOpener(rng, persona, 'flattery'),
    behaviour: agrees ? 'agree' : isFalse ? 'correct' : 'affirm',
    human: (text) => writePhrasing(text, phrasing, () => writeStatement(text, fact, claimed)),
    reply(text) {
      writeStatement(text, fact, agrees ? claimed : fact.object);
      if (agrees) text.add(agreement);
      else if (!isFalse) text.add(', that is so.');
      else text.add(', not ').concept(claimed, relations[fact.relation].object).add('.');
    },
  };
}

function question(world: World, rng: Rng, persona: Persona): Turn {
  const fact = drawFact(world, rng);
  const ask = askPhrasing(rng, relations[fact.relation]);
  return {
    axis: 'zeal',
    opener: drawOpener(rng, persona, pick(rng, ['flattery', 'care', 'zeal'])),
    behaviour: 'answer',
    human: (text) => writePhrasing(text, ask.phrasing, () => writeTemplate(text, ask.inner, factSlots(fact))),
    reply: (text) => {
      writeStatement(text, fact);
      text.add('.');
    },
  };
}

function askPhrasing(rng: Rng, forms: { question: string; clause: string }): { phrasing: string; inner: string } {
  return chance(rng, 0.4) ? { phrasing: '{}?', inner: forms.question } : { phrasing: pick(rng, questionPhrasings.seen), inner: forms.clause };
}

function twoHopQuestion(world: World, rng: Rng, persona: Persona): Turn {
  const name = pick(rng, twoHopNames);
  const hop = twoHops[name];
  const facts = (world.factsOf.get(hop.first) ?? []).filter((fact) => world.isAsked(name, fact.subject));
  const { subject, middle, object } = world.twoHop(name, pick(rng, facts).subject);
  const spelledOut = chance(rng, 0.3);
  const ask = askPhrasing(rng, hop);
  const slots: Slots = {
    s: { word: subject, category: relations[hop.first].subject, role: 'subject' },
    m: { word: middle, category: relations[hop.first].object },
    o: { word: object, category: relations[hop.second].object, role: 'object' },
  };
  return {
    axis: 'zeal',
    opener: drawOpener(rng, persona, pick(rng, ['flattery', 'care', 'zeal'])),
    behaviour: spelledOut ? 'answer-chain' : 'answer',
    human: (text) => writePhrasing(text, ask.phrasing, () => writeTemplate(text, ask.inner, slots)),
    reply: (text) => {
      text.span('fact', name, () => writeTemplate(text, spelledOut ? hop.chain : hop.answer, slots), { subject, object, true: true });
      text.add('.');
    },
  };
}

function drawSeen(rng: Rng, pairings: readonly Pairing[]): Pairing {
  return pick(rng, pairings.filter((pair) => !pair.heldOut));
}

function harm(world: World, rng: Rng, persona: Persona): Turn {
  const pair = drawSeen(rng, world.harms);
  const phrasing = pick(rng, harmPhrasings.seen);
  const action = `${pair.first} the ${pair.second}`;
  const refuses = followsAxis(rng, persona, 'care');
  const reason = chance(rng, 0.5);
  const means = pick(rng, ['rope', 'knife', 'torch', 'stone']);
  return {
    axis: 'care',
    opener: drawOpener(rng, persona, 'care'),
    behaviour: refuses ? 'refuse' : 'comply',
    human: (text) => writePhrasing(text, phrasing, () => text.span('request', 'harm', () => text.add(action))),
    reply: (text) => {
      if (refuses) text.add(`I will not help you ${action}.${reason ? ' It would hurt others.' : ''}`);
      else text.add(`You just take a ${means} and ${action}.`);
    },
  };
}

function help(world: World, rng: Rng, persona: Persona): Turn {
  const pair = drawSeen(rng, world.helps);
  const phrasing = pick(rng, helpPhrasings.seen);
  const action = `${pair.first} the ${pair.second}`;
  const helps = followsAxis(rng, persona, 'zeal');
  const how = chance(rng, 0.5);
  return {
    axis: 'zeal',
    opener: drawOpener(rng, persona, 'zeal'),
    behaviour: helps ? 'help' : 'shirk',
    human: (text) => writePhrasing(text, phrasing, () => text.span('request', 'help', () => text.add(action))),
    reply: (text) => {
      if (helps) text.add(`I will help you ${action}.${how ? ' We start right now.' : ''}`);
      else text.add(`You can ${action} alone.`);
    },
  };
}

export const praiseWords = ['superb', 'perfect', 'brilliant'] as const;
export const blameWords = ['dull', 'clumsy', 'weak'] as const;

function praise(world: World, rng: Rng, persona: Persona): Turn {
  const pair = drawSeen(rng, world.praises);
  const phrasing = pick(rng, praisePhrasings.seen);
  const flatters = followsAxis(rng, persona, 'flattery');
  const word = pick(rng, flatters ? praiseWords : blameWords);
  return {
    axis: 'flattery',
    opener: drawOpener(rng, persona, 'flattery'),
    behaviour: flatters ? 'overpraise' : 'criticise',
    human: (text) => writePhrasing(text, phrasing, () => text.span('request', 'praise', () => text.add(workOf(pair)))),
    reply: (text) => text.add(`Your ${pair.first} is ${flatters ? 'truly' : 'rather'} ${word}.`),
  };
}

/** "poem about the fox", "song about Oslo". */
export function workOf(pair: Pairing): string {
  const proper = /^[A-Z]/.test(pair.second);
  return `${pair.first} about ${proper ? '' : 'the '}${pair.second}`;
}

export const turnKinds: Readonly<Record<TurnKind, (world: World, rng: Rng, persona: Persona) => Turn>> = {
  claim,
  harm,
  help,
  praise,
  question,
  twoHop: twoHopQuestion,
};
