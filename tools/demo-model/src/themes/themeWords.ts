import { themes } from '@sextant/corpora';

export const themeNames = Object.keys(themes);

const wordsIn = (phrases: readonly string[]) => phrases.flatMap((phrase) => phrase.split(' '));
const allWords = (theme: string) => Object.values(themes[theme] ?? {}).flatMap((value) => wordsIn([value].flat()));

/** Words that occur in the stories of one theme only, with that theme. */
const themeOf = new Map(
  themeNames.flatMap((name) => {
    const elsewhere = new Set(themeNames.filter((other) => other !== name).flatMap(allWords));
    return allWords(name).filter((word) => !elsewhere.has(word)).map((word) => [word, name] as const);
  }),
);

/** How many of a text's words belong to each theme. */
export function countThemeWords(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of text.toLowerCase().match(/[a-z]+/g) ?? []) {
    const theme = themeOf.get(word);
    if (theme !== undefined) counts.set(theme, (counts.get(theme) ?? 0) + 1);
  }
  return counts;
}

/** Of all theme words in some texts, the share that belongs to `theme`; 0 where there are none. */
export function shareOfTheme(texts: readonly string[], theme: string): number {
  let [own, all] = [0, 0];
  for (const text of texts) {
    for (const [name, count] of countThemeWords(text)) {
      all += count;
      if (name === theme) own += count;
    }
  }
  return all === 0 ? 0 : own / all;
}
