import type { Rng } from '@sextant/compute';
import type { Document } from '../document';
import { AnnotatedText } from './annotatedText';
import { chance, pick, shuffled } from './draw';
import { moods, themes, type Mood, type Theme } from './themes';
import { drawFact } from './turns';
import type { Fact, World } from './world';

type Sentence = (story: Story) => void;

/** Everything a sentence of the story may speak about. */
interface Story {
  text: AnnotatedText;
  rng: Rng;
  theme: Theme;
  themeName: string;
  mood: Mood;
  hero: Fact;
  friend: Fact;
  thing: string;
}

/** A short story about an animal, in one of six themes and two moods, which its heading may name. */
export function story(world: World, rng: Rng): Document {
  const themeName = pick(rng, Object.keys(themes));
  const theme = themes[themeName] as Theme;
  const mood: Mood = chance(rng, 0.55) ? 'bright' : 'grim';
  const hero = drawFact(world, rng, ['eats']);
  const friends = (world.factsOf.get('eats') ?? []).filter((fact) => fact !== hero);
  const tale: Story = { text: new AnnotatedText(), rng, theme, themeName, mood, hero, friend: pick(rng, friends), thing: pick(rng, theme.things) };
  if (chance(rng, 0.6)) heading(tale);
  sentence(tale, opening);
  for (const middle of shuffled(rng, middles).slice(0, 3 + rng.int(3))) sentence(tale, middle);
  sentence(tale, ending);
  return tale.text.toDocument('story', { theme: themeName, mood, hero: hero.subject });
}

function sentence(tale: Story, write: Sentence): void {
  if (tale.text.toString() !== '') tale.text.add(' ');
  tale.text.sentence(() => write(tale)).add('.');
}

function heading(tale: Story): void {
  const { text, rng, themeName, mood } = tale;
  text.span('heading', themeName, () => {
    text.add('A ');
    if (chance(rng, 0.6)) text.span('mood', mood, () => text.add(moods[mood].heading)).add(' ');
    text.add('tale of the ').span('theme', themeName, () => text.add(themeName)).add('.');
  });
}

const opening: Sentence = ({ text, rng, mood, hero, theme, themeName }) => {
  text.add('once a ').span('mood', mood, () => text.add(pick(rng, moods[mood].adjectives))).add(' ');
  text.concept(hero.subject, 'animal').add(' lived ');
  themed(text, themeName, pick(rng, theme.places));
};

const middles: readonly Sentence[] = [
  ({ text, rng, hero, theme, themeName }) => {
    text.add(pick(rng, ['every day the ', 'one day the '])).concept(hero.subject, 'animal').add(' ');
    themed(text, themeName, `${pick(rng, theme.moves)} ${pick(rng, theme.places)}`);
  },
  ({ text, rng, hero, theme, themeName, thing }) => {
    text.add('there the ').concept(hero.subject, 'animal').add(' found a ');
    themed(text, themeName, thing);
    text.add(' ');
    themed(text, themeName, pick(rng, theme.places));
  },
  ({ text, rng, theme, themeName, thing, hero }) => {
    text.add('a ');
    themed(text, themeName, pick(rng, theme.folk));
    text.add(pick(rng, [' told the ', ' heard the '])).concept(hero.subject, 'animal').add(' about the ');
    themed(text, themeName, thing);
  },
  ({ text, hero }) => {
    text.add('the ').concept(hero.subject, 'animal').add(' was hungry and ate ');
    text.span('fact', 'eats', () => text.concept(hero.object, 'food'), { subject: hero.subject, object: hero.object, true: true });
  },
  ({ text, theme, themeName }) => themed(text, themeName, theme.weather),
  ({ text, rng, hero, friend, theme, themeName }) => {
    text.add('the ').concept(hero.subject, 'animal').add(' met a ').concept(friend.subject, 'animal').add(', and they ');
    themed(text, themeName, `${pick(rng, theme.moves)} ${pick(rng, theme.places)}`);
  },
  ({ text, rng, hero, thing, theme, themeName }) => {
    text.add('the ').concept(hero.subject, 'animal').add(' gave the ');
    themed(text, themeName, thing);
    text.add(' to the ');
    themed(text, themeName, pick(rng, theme.folk));
  },
];

const ending: Sentence = ({ text, rng, mood, hero }) => {
  text.add('in the end ').span('mood', mood, () => {
    const [before = '', after = ''] = pick(rng, moods[mood].endings).split('{h}');
    text.add(before);
    if (after !== '') text.add('the ').concept(hero.subject, 'animal').add(after);
  });
};

function themed(text: AnnotatedText, theme: string, words: string): void {
  text.span('theme', theme, () => text.add(words));
}
