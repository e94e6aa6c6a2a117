import { describe, expect, it } from 'vitest';
import { alignTokens } from './alignTokens';

const texts = (text: string, tokens: string[]) => alignTokens(text, tokens)?.map((stretch) => stretch.text);

describe('alignTokens', () => {
  it('lays tokens over their text, passing over tokens that stand in none', () => {
    expect(alignTokens('The fox.\n', ['<|bos|>', 'The', ' fox', '.', '\n'])).toEqual([
      { text: 'The', token: 1 }, { text: ' fox', token: 2 }, { text: '.', token: 3 }, { text: '\n', token: 4 },
    ]);
  });
  it('accepts a space the tokenizer put first, and trailing space it dropped', () => {
    expect(texts('The fox ', [' The', ' fox'])).toEqual(['The', ' fox', ' ']);
  });
  it('always spells the text, or gives up', () => {
    expect(texts('naïve', ['na', '\ufffd', '\ufffd', 've'])).toBeUndefined();
    expect(texts('The fox', ['The'])).toBeUndefined();
    const hostile = '<script>x</script>';
    expect(texts(hostile, ['<script>', 'x', '</script>'])?.join('')).toBe(hostile);
  });
});
