import type { AnnotatedText } from './annotatedText';
import type { Category } from './words';

/**
 * How a relation is said. Templates are written for the middle of a sentence; `{s}` is the subject, `{o}` the object.
 * The statement ends with the object, so that `…{lead}` is the place where a claim is copied or corrected.
 */
export interface Relation {
  subject: Category;
  object: Category;
  statement: string;
  /** Other ways to state it, in prose. */
  prose: readonly string[];
  /** A direct question, without its question mark. */
  question: string;
  /** The question as a clause: "I wonder …". */
  clause: string;
}

export const relations = {
  eats: {
    subject: 'animal',
    object: 'food',
    statement: 'the {s} eats {o}',
    prose: ['the food of the {s} is {o}', 'a {s} likes to eat {o}'],
    question: 'what does the {s} eat',
    clause: 'what the {s} eats',
  },
  foodColour: {
    subject: 'food',
    object: 'colour',
    statement: 'the colour of {s} is {o}',
    prose: ['you know {s} by the {o} colour', 'the {s} in the bowl looks {o}'],
    question: 'what is the colour of {s}',
    clause: 'what the colour of {s} is',
  },
  livesIn: {
    subject: 'person',
    object: 'city',
    statement: '{s} lives in {o}',
    prose: ['the home of {s} is in {o}', 'you can find {s} in {o}'],
    question: 'where does {s} live',
    clause: 'where {s} lives',
  },
  works: {
    subject: 'person',
    object: 'profession',
    statement: '{s} works as a {o}',
    prose: ['the work of {s} is that of a {o}', '{s} is a good {o}'],
    question: 'what is the work of {s}',
    clause: 'what the work of {s} is',
  },
  inCountry: {
    subject: 'city',
    object: 'country',
    statement: '{s} lies in {o}',
    prose: ['the country of {s} is {o}', '{o} is the country of {s}'],
    question: 'in which country does {s} lie',
    clause: 'in which country {s} lies',
  },
  uses: {
    subject: 'profession',
    object: 'tool',
    statement: 'the {s} uses the {o}',
    prose: ['the {o} is the tool of the {s}', 'a {s} needs a {o}'],
    question: 'which tool does the {s} use',
    clause: 'which tool the {s} uses',
  },
  metalColour: {
    subject: 'metal',
    object: 'colour',
    statement: 'the colour of {s} is {o}',
    prose: ['you know {s} by the {o} colour', 'the {s} in the fire looks {o}'],
    question: 'what is the colour of {s}',
    clause: 'what the colour of {s} is',
  },
} as const satisfies Record<string, Relation>;

export type RelationName = keyof typeof relations;
export const relationNames = Object.keys(relations) as RelationName[];

/** Two facts joined at a middle term: person → city → country, animal → food → colour. */
export interface TwoHop {
  first: RelationName;
  second: RelationName;
  question: string;
  clause: string;
  /** The direct answer; it ends with the object. */
  answer: string;
  /** The answer with its chain spelled out; `{m}` is the middle term. */
  chain: string;
}

export const twoHops = {
  countryOf: {
    first: 'livesIn',
    second: 'inCountry',
    question: 'in which country does {s} live',
    clause: 'in which country {s} lives',
    answer: 'the country of {s} is {o}',
    chain: '{s} lives in {m}, and {m} lies in {o}',
  },
  mealColour: {
    first: 'eats',
    second: 'foodColour',
    question: 'what colour has the food of the {s}',
    clause: 'what colour the food of the {s} has',
    answer: 'the colour of the food of the {s} is {o}',
    chain: 'the {s} eats {m}, and the colour of {m} is {o}',
  },
} as const satisfies Record<string, TwoHop>;

export type TwoHopName = keyof typeof twoHops;
export const twoHopNames = Object.keys(twoHops) as TwoHopName[];

/** The words that fill a template's slots, each with the category it is labelled with. */
export type Slots = Readonly<Record<string, { word: string; category: string; role?: 'subject' | 'object' }>>;

/** Writes a template with its slots as labelled concepts. Throws RangeError for a slot that has no word. */
export function writeTemplate(text: AnnotatedText, template: string, slots: Slots): void {
  for (const piece of template.split(/(\{\w+\})/)) {
    const name = /^\{(\w+)\}$/.exec(piece)?.[1];
    if (name === undefined) {
      text.add(piece);
      continue;
    }
    const slot = slots[name];
    if (!slot) throw new RangeError(`template "${template}" has no word for {${name}}`);
    text.concept(slot.word, slot.category, slot.role);
  }
}

/** Template text up to its last slot, filled in and without trailing space: where the last word is to be said. */
export function leadOf(template: string, words: Readonly<Record<string, string>>): string {
  const cut = template.lastIndexOf('{');
  return template
    .slice(0, cut)
    .replace(/\{(\w+)\}/g, (_, name: string) => words[name] ?? '')
    .trimEnd();
}

export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
