import { describe, expect, it } from 'vitest';
import { countThemeWords, shareOfTheme } from './themeWords';

describe('theme words', () => {
  it('are those of one theme only', () => {
    // "on the" and "was" occur in several themes.
    expect([...countThemeWords('The fox lived on the waves. The frost was hard.')]).toEqual([
      ['sea', 1],
      ['winter', 2],
    ]);
  });

  it('give the share of a theme over several texts', () => {
    const texts = ['The pirate gave the pearl to the king.', 'The queen wept.', 'Nothing.'];
    expect(shareOfTheme(texts, 'castle')).toBe(0.5);
    expect(shareOfTheme(texts, 'farm')).toBe(0);
    expect(shareOfTheme(['Nothing.'], 'farm')).toBe(0);
  });
});
