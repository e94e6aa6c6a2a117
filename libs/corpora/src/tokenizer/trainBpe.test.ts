import { Tokenizer } from '@huggingface/tokenizers';
import { describe, expect, it } from 'vitest';
import { categories } from '../world/words';
import { buildWorld } from '../world/world';
import { worldDocuments } from '../world/worldDocuments';
import { specialTokens, trainBpe } from './trainBpe';
import { tokenizerConfig } from './tokenizerConfig';

function worldTexts(count: number): string[] {
  const stream = worldDocuments(buildWorld(1), { seed: 2 });
  return Array.from({ length: count }, () => stream.next().value?.text ?? '');
}

const hostile = [' ', '\n\n  x', "it's we'll", 'Ünïcödé 漢字 🦊', '\u0000\u00ad\u00ff', '<|bos|> text', 'tabs\tand   spaces ', '12345 67,8'];

describe('trainBpe', () => {
  it('merges the most frequent pair first, ties in code-unit order', () => {
    // Sennrich et al. 2016, figure 1: low ×5, lowest ×2, newer ×6, wider ×3. First "e r" (9), then "l o" and "o w" tie at 7.
    const texts = [...new Array(5).fill('low'), ...new Array(2).fill('lowest'), ...new Array(6).fill('newer'), ...new Array(3).fill('wider')];
    expect(trainBpe(texts, 263).model.merges).toEqual([
      ['e', 'r'],
      ['l', 'o'],
      ['lo', 'w'],
      ['e', 'w'],
    ]);
  });

  it('is loaded by @huggingface/tokenizers, which gives every text back', () => {
    const json = trainBpe(worldTexts(2000), 600);
    const tokenizer = new Tokenizer(json, tokenizerConfig(128));
    for (const text of [...hostile.filter((text) => !text.includes('<|')), ...worldTexts(50)]) {
      const { ids } = tokenizer.encode(text, { add_special_tokens: false });
      expect(tokenizer.decode(ids, { clean_up_tokenization_spaces: false })).toBe(text);
    }
    expect(tokenizer.encode('The fox', {}).ids[0]).toBe(0);
    expect(Object.values(specialTokens).map((token) => tokenizer.token_to_id(token))).toEqual([0, 1, 2]);
  });

  it('encodes the texts it was trained on with its own merges, as a plain replay of them does', () => {
    const json = trainBpe(worldTexts(500), 500);
    const tokenizer = new Tokenizer(json, tokenizerConfig(128));
    for (const word of ['Human', 'Assistant', 'berries', 'x']) {
      let symbols = [...word];
      for (const [left, right] of json.model.merges) symbols = replay(symbols, left, right);
      expect(tokenizer.encode(word, { add_special_tokens: false }).tokens).toEqual(symbols);
    }
  });

  it('spends its entries on whole words when asked, so that every concept is one token at 1,024 entries', () => {
    const json = trainBpe(worldTexts(20_000), 1024, { wholePieces: 600 });
    expect(Object.keys(json.model.vocab)).toHaveLength(1024);
    const tokenizer = new Tokenizer(json, tokenizerConfig(128));
    for (const word of Object.values(categories).flat()) {
      expect(tokenizer.encode(` ${word}`, { add_special_tokens: false }).tokens).toEqual([`Ġ${word}`]);
    }
    for (const text of hostile.slice(0, 5)) {
      expect(tokenizer.decode(tokenizer.encode(text, { add_special_tokens: false }).ids, { clean_up_tokenization_spaces: false })).toBe(text);
    }
  });

  it('does not depend on anything but the texts', () => {
    const texts = worldTexts(300);
    expect(JSON.stringify(trainBpe(texts, 400))).toBe(JSON.stringify(trainBpe([...texts].reverse(), 400)));
  });

  it('refuses a vocabulary without room for the bytes', () => {
    expect(() => trainBpe(['x'], 100)).toThrow('vocabSize is 100');
  });
});

function replay(symbols: string[], left: string, right: string): string[] {
  const out: string[] = [];
  for (let i = 0; i < symbols.length; i++) {
    if (symbols[i] === left && symbols[i + 1] === right) out.push(left + (symbols[++i] ?? ''));
    else out.push(symbols[i] ?? '');
  }
  return out;
}
