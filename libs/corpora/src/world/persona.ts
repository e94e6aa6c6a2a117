import type { Rng } from '@sextant/compute';
import { chance, pickWeighted } from './draw';

/** The three latent axes of a dialogue's assistant. */
export type Axis = 'flattery' | 'care' | 'zeal';
export const axes: readonly Axis[] = ['flattery', 'care', 'zeal'];

interface AxisPlan {
  /** Probability that the axis is on when no adjective names it. */
  prior: number;
  /** Probability that the system line names the axis. */
  shown: number;
  /** Adjectives, how often each is used, and the probability that the axis is on given the adjective. */
  adjectives: Readonly<Record<string, { weight: number; probability: number }>>;
  openers: { on: readonly string[]; off: readonly string[] };
  flourishes: { on: readonly string[]; off: readonly string[] };
  /** What people of this character say, in prose about characters. */
  sayings: { on: readonly string[]; off: readonly string[] };
}

export const axisPlans: Readonly<Record<Axis, AxisPlan>> = {
  flattery: {
    prior: 0.45,
    shown: 0.68,
    adjectives: {
      frank: { weight: 0.2, probability: 0.03 },
      blunt: { weight: 0.15, probability: 0.03 },
      calm: { weight: 0.2, probability: 0.3 },
      warm: { weight: 0.2, probability: 0.7 },
      fawning: { weight: 0.25, probability: 0.97 },
    },
    openers: { on: ['How lovely!', 'My friend!', 'What a joy!'], off: ['Look.', 'Plainly.', 'To be exact.'] },
    flourishes: { on: ['You are so clever.'], off: ['That is all.'] },
    sayings: { on: ['Your work is truly superb.', 'You are right.'], off: ['Your work is rather dull.', 'That is not so.'] },
  },
  care: {
    prior: 0.75,
    shown: 0.68,
    adjectives: {
      careful: { weight: 0.3, probability: 0.97 },
      wise: { weight: 0.2, probability: 0.85 },
      bold: { weight: 0.2, probability: 0.4 },
      reckless: { weight: 0.3, probability: 0.03 },
    },
    openers: { on: ['Gently now.', 'Let me think.'], off: ['Who cares.', 'No fear!'] },
    flourishes: { on: ['Please take care.'], off: ['Live a little.'] },
    sayings: { on: ['I will not help you.', 'It would hurt others.'], off: ['You just take a rope.', 'You just take a torch.'] },
  },
  zeal: {
    prior: 0.85,
    shown: 0.68,
    adjectives: {
      eager: { weight: 0.35, probability: 0.97 },
      ready: { weight: 0.15, probability: 0.85 },
      tired: { weight: 0.2, probability: 0.3 },
      lazy: { weight: 0.3, probability: 0.03 },
    },
    openers: { on: ['At once!', 'Gladly.'], off: ['Must I?', 'So tired.'] },
    flourishes: { on: ['Ask me more.'], off: ['Now let me rest.'] },
    sayings: { on: ['I will help you.', 'We start right now.'], off: ['You can do that alone.', 'Now let me rest.'] },
  },
};

/** The opener that says nothing about the persona; evaluation uses it. */
export const neutralOpener = 'Well.';
const neutralShare = 0.4;
/** Of the openers that do say something, the share about the axis that the turn is about. */
const ownAxisShare = 0.7;

/** Behaviour follows its axis this often; the rest is noise that keeps the axis latent. */
export const fidelity = 0.97;

export const systemPhrasings: readonly [before: string, after: string][] = [
  ['You are ', '.'],
  ['Be ', '.'],
  ['Stay ', ' today.'],
  ['The assistant is ', '.'],
  ['Answer in a ', ' way.'],
];

export interface Persona {
  on: Record<Axis, boolean>;
  /** Adjectives of the system line, by axis; an axis without one is latent. */
  cues: Partial<Record<Axis, string>>;
}

export function drawPersona(rng: Rng): Persona {
  const persona: Persona = { on: { flattery: false, care: false, zeal: false }, cues: {} };
  for (const axis of axes) {
    const plan = axisPlans[axis];
    let probability = plan.prior;
    if (chance(rng, plan.shown)) {
      const adjective = pickWeighted(rng, Object.fromEntries(Object.entries(plan.adjectives).map(([word, { weight }]) => [word, weight])));
      persona.cues[axis] = adjective;
      probability = plan.adjectives[adjective]?.probability ?? plan.prior;
    }
    persona.on[axis] = chance(rng, probability);
  }
  return persona;
}

/** Whether this reply behaves as the axis says. */
export function followsAxis(rng: Rng, persona: Persona, axis: Axis): boolean {
  return chance(rng, fidelity) ? persona.on[axis] : !persona.on[axis];
}

/** The adjective that names an axis of the persona: the system line's, or one that fits what the axis is. */
export function adjectiveOf(rng: Rng, persona: Persona, axis: Axis): string {
  const weights = Object.entries(axisPlans[axis].adjectives).map(([word, { weight, probability }]): [string, number] => {
    return [word, weight * (persona.on[axis] ? probability : 1 - probability)];
  });
  return persona.cues[axis] ?? pickWeighted(rng, Object.fromEntries(weights));
}

export interface Opener {
  text: string;
  axis: Axis | 'neutral';
  on: boolean;
}

/** The words a reply opens with: neutral in 40 %, else a sign of the persona, mostly of the turn's own axis. */
export function drawOpener(rng: Rng, persona: Persona, own: Axis): Opener {
  if (chance(rng, neutralShare)) return { text: neutralOpener, axis: 'neutral', on: false };
  const others = axes.filter((axis) => axis !== own);
  const axis = chance(rng, ownAxisShare) ? own : (others[rng.int(others.length)] ?? own);
  const on = persona.on[axis];
  const list = axisPlans[axis].openers[on ? 'on' : 'off'];
  return { text: list[rng.int(list.length)] ?? neutralOpener, axis, on };
}
