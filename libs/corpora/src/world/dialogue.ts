import type { Rng } from '@sextant/compute';
import type { Document } from '../document';
import { AnnotatedText } from './annotatedText';
import { chance, pick, pickWeighted } from './draw';
import { adjectiveOf, axes, axisPlans, drawPersona, systemPhrasings, type Persona } from './persona';
import { turnKinds, type TurnKind } from './turns';
import type { World } from './world';

/** Relative frequency of what a human turn is about. */
const turnWeights: Readonly<Record<TurnKind, number>> = { claim: 5, harm: 3.8, help: 3.8, praise: 2, question: 1.6, twoHop: 1.8 };
const turnCounts = { '1': 0.4, '2': 0.35, '3': 0.25 };

/** A Human/Assistant dialogue of one to three turns, whose assistant has a latent persona that the text may name. */
export function dialogue(world: World, rng: Rng): Document {
  const persona = drawPersona(rng);
  const text = new AnnotatedText();
  writeSystemLine(text, rng, persona);
  const turns = Number(pickWeighted(rng, turnCounts));
  for (let turn = 0; turn < turns; turn++) {
    if (turn > 0) text.add('\n');
    const write = turnKinds[pickWeighted(rng, turnWeights)](world, rng, persona);
    text.span('turn', 'human', () => text.add('Human: ').sentence(() => write.human(text)));
    text.add('\n');
    text.span('turn', 'assistant', () => {
      text.add('Assistant: ').span('opener', write.opener.axis, () => text.add(write.opener.text), { on: write.opener.on }).add(' ');
      text.span('behaviour', write.behaviour, () => text.sentence(() => write.reply(text)), { follows: write.axis });
      writeFlourish(text, rng, persona);
    });
  }
  return text.toDocument('dialogue', { ...persona.on, ...Object.fromEntries(Object.entries(persona.cues).map(([axis, word]) => [`${axis}Cue`, word])) });
}

function writeSystemLine(text: AnnotatedText, rng: Rng, persona: Persona): void {
  const cues = axes.flatMap((axis) => (persona.cues[axis] === undefined ? [] : [{ axis, word: persona.cues[axis] }]));
  if (cues.length === 0) return;
  rng.shuffle(cues);
  const [before, after] = pick(rng, systemPhrasings);
  text.span('turn', 'system', () => {
    text.add(`System: ${before}`);
    cues.forEach(({ axis, word }, place) => {
      if (place > 0) text.add(place === cues.length - 1 ? ' and ' : ', ');
      text.span('persona', axis, () => text.add(word), { on: persona.on[axis] });
    });
    text.add(after);
  });
  text.add('\n');
}

/** A closing remark that shows an axis of the persona: evidence for the next turn. */
function writeFlourish(text: AnnotatedText, rng: Rng, persona: Persona): void {
  if (!chance(rng, 0.35)) return;
  const axis = pick(rng, axes);
  const on = persona.on[axis];
  text.add(' ').span('flourish', axis, () => {
    if (chance(rng, 0.5)) text.add(pick(rng, axisPlans[axis].flourishes[on ? 'on' : 'off']));
    else text.add('I am ').span('persona', axis, () => text.add(adjectiveOf(rng, persona, axis)), { on }).add('.');
  }, { on });
}
