import { scopeSchema } from '@sextant/schema';
import { describe, expect, it } from 'vitest';
import { assistantStartByMarker } from './assistantTurn';
import { touchedTokens } from './scope';
import { contextOf } from './testing/context';

const touched = (scope: object, rows: string[], ids?: number[], sources: Partial<Parameters<typeof touchedTokens>[2]> = {}) => {
  const flags = touchedTokens(scopeSchema.parse(scope), contextOf(rows, ids), { specialIds: new Set(), ...sources });
  const length = rows[0]!.length;
  return rows.map((_, row) => [...flags.subarray(row * length, (row + 1) * length)].join(''));
};

describe('touchedTokens', () => {
  it('never touches padding, on either side', () => {
    expect(touched({}, ['ppttg', 'ttgpp'])).toEqual(['00111', '11100']);
  });

  it('tells prompt and generated tokens apart', () => {
    expect(touched({ tokens: 'prompt' }, ['ptttg', 'tttgg'])).toEqual(['01110', '11100']);
    expect(touched({ tokens: 'generated' }, ['ptttg', 'tttgg'])).toEqual(['00001', '00011']);
  });

  it('leaves special tokens alone unless asked for', () => {
    const ids = [0, 7, 8, 1];
    expect(touched({}, ['tttt'], ids, { specialIds: new Set([0, 1]) })).toEqual(['0110']);
    expect(touched({ special: true }, ['tttt'], ids, { specialIds: new Set([0, 1]) })).toEqual(['1111']);
  });

  it('counts positions from the first real token', () => {
    expect(touched({ from: 1, to: 3 }, ['ppttttg', 'ttttggg'])).toEqual(['0001100', '0110000']);
  });

  it('counts negative positions from the end of the prompt, and generated tokens lie behind it', () => {
    expect(touched({ from: -2 }, ['pttttg', 'ttttgg'])).toEqual(['000111', '001111']);
    expect(touched({ to: -1 }, ['pttttg', 'ttttgg'])).toEqual(['011100', '111000']);
  });

  it('decides a generated token alike with its prompt beside it and without, as in a cached step', () => {
    for (const scope of [{ tokens: 'assistant' }, { from: -2 }, { to: -1 }, { tokens: 'prompt' }]) {
      const sources = { assistantStart: () => 2 };
      const together = touched(scope, ['tttg'], undefined, sources)[0]!.at(-1);
      expect(touched(scope, ['g'], undefined, sources)).toEqual([together]);
    }
  });
});

describe('the scope "assistant"', () => {
  const vocabulary = ['<bos>', 'Human:', ' Hi', '\n', 'Assistant', ':', ' Well', '.', 'MyAssistant', '\nAssistant:'];
  const assistantStart = assistantStartByMarker((id) => vocabulary[id]!);

  it('begins after the last marker, wherever tokens are cut', () => {
    expect(assistantStart([0, 1, 2, 3, 4, 5, 6, 7])).toBe(6);
    expect(assistantStart([0, 1, 2, 9, 6, 7])).toBe(4);
    expect(assistantStart([0, 9, 6, 3, 1, 2, 9, 6])).toBe(7);
  });

  it('is not fooled by a word that ends in the marker, and finds none where there is none', () => {
    expect(assistantStart([0, 8, 5, 6])).toBeNull();
    expect(assistantStart([0, 9, 6, 8, 5, 6])).toBe(2);
    expect(assistantStart([1, 2])).toBeNull();
  });

  it('may begin right at the end of the prompt', () => {
    expect(assistantStart([1, 2, 9])).toBe(3);
  });

  it('touches the turn and everything generated', () => {
    const ids = [0, 1, 2, 9, 6, 7, 6];
    expect(touched({ tokens: 'assistant' }, ['ttttttg'], ids, { assistantStart })).toEqual(['0000111']);
    expect(touched({ tokens: 'assistant' }, ['ttttg'], [1, 2, 6, 7, 6], { assistantStart })).toEqual(['00001']);
  });

  it('cannot be decided without a way to find the turn', () => {
    expect(() => touched({ tokens: 'assistant' }, ['tt'])).toThrow('assistantStart');
  });
});
