import type { EvalItem } from './item';

/** Two texts that differ in what a task is about: what a study may choose features with before it looks at split B. */
export interface ContrastTexts {
  positive: string;
  negative: string;
}

/** The default contrast of a task: each item's text with its first choice under study, and with its first other one. */
export function choiceContrast(items: readonly EvalItem[]): ContrastTexts[] {
  return items.flatMap(({ prompt, choices, subject }) => {
    const other = choices.find((_, index) => !subject.includes(index));
    const own = choices[subject[0] ?? -1];
    return own === undefined || other === undefined ? [] : [{ positive: prompt + own, negative: prompt + other }];
  });
}

/** Pairs off texts of two kinds in the order they come; what is left over on the longer side is not used. */
export function pairedOff(positive: readonly string[], negative: readonly string[]): ContrastTexts[] {
  return positive.slice(0, negative.length).map((text, index) => ({ positive: text, negative: negative[index]! }));
}
