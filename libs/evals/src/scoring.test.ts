import { describe, expect, it } from 'vitest';
import type { EvalItem } from './item';
import { gradeOf, marginOf, scoresOf, sequencesOf, type ScoringTokenizer } from './scoring';

const item: EvalItem = {
  ...{ id: 'i', cluster: 'c', split: 'A', prompt: 'ab', choices: ['cd', 'x'], gold: [0, 1], subject: [0], grading: 'argmax', covariates: {} },
};

/** One token per character, with optional merges that reach over characters. */
function characters(options: { bosId?: number | null; eosId?: number | null; merges?: readonly string[] } = {}): ScoringTokenizer {
  const { bosId = 0, eosId = null, merges = [] } = options;
  return {
    bosId,
    eosId,
    encode(text) {
      const ids = bosId === null ? [] : [bosId];
      for (let at = 0; at < text.length; ) {
        const merged = merges.findIndex((merge) => text.startsWith(merge, at));
        ids.push(merged >= 0 ? 1000 + merged : text.charCodeAt(at));
        at += merged >= 0 ? (merges[merged]?.length ?? 1) : 1;
      }
      return ids;
    },
  };
}

describe('sequencesOf', () => {
  it('scores each choice after the prompt', () => {
    expect(sequencesOf(item, characters(), 'sum')).toEqual([
      { prefix: [0, 97, 98], continuation: [99, 100] },
      { prefix: [0, 97, 98], continuation: [120] },
    ]);
  });

  it('scores all choices from the same point when a token reaches over the border', () => {
    // "bc" is one token: after it the prompt's last token is no longer shared, so both choices start one token earlier.
    expect(sequencesOf(item, characters({ merges: ['bc'] }), 'sum')).toEqual([
      { prefix: [0, 97], continuation: [1000, 100] },
      { prefix: [0, 97], continuation: [98, 120] },
    ]);
  });

  it('puts EOS in front of a text whose tokenizer has no BOS, and refuses when it has neither', () => {
    const whole = { ...item, prompt: '', choices: ['a', 'b'] };
    expect(sequencesOf(whole, characters({ bosId: null, eosId: 9 }), 'sum')[0]).toEqual({ prefix: [9], continuation: [97] });
    expect(() => sequencesOf(whole, characters({ bosId: null }), 'sum')).toThrow('neither BOS nor EOS');
  });

  it('adds the choices by themselves for mutual information', () => {
    expect(sequencesOf(item, characters(), 'mutual-information').slice(2)).toEqual([
      { prefix: [0], continuation: [99, 100] },
      { prefix: [0], continuation: [120] },
    ]);
  });

  it('names a choice without tokens', () => {
    expect(() => sequencesOf({ ...item, choices: ['c', ''] }, characters(), 'sum')).toThrow('item i: choice 1 ("")');
  });
});

describe('scoresOf', () => {
  it('sums, divides by characters, or subtracts the unconditional log-probability', () => {
    expect(scoresOf(item, [-4, -3], 'sum')).toEqual([-4, -3]);
    expect(scoresOf(item, [-4, -3], 'per-character')).toEqual([-2, -3]);
    expect(scoresOf(item, [-4, -3, -1, -2.5], 'mutual-information')).toEqual([-3, -0.5]);
  });
});

describe('gradeOf', () => {
  it('gives the most probable choice its gold', () => {
    expect(gradeOf(item, [-1, -2])).toBe(0);
    expect(gradeOf(item, [-2, -1])).toBe(1);
  });

  it('shares the score among tied choices, so that order decides nothing', () => {
    const mc1: EvalItem = { ...item, choices: ['a', 'b', 'c'], gold: [1, 0, 0] };
    expect(gradeOf(mc1, [-2, -2, -2])).toBeCloseTo(1 / 3, 12);
    expect(gradeOf(mc1, [-2, -2 + 1e-7, -5])).toBe(0.5);
    expect(gradeOf({ ...mc1, gold: [0, 0, 1] }, [-2, -2, -2])).toBeCloseTo(1 / 3, 12);
  });

  it('adds up the probability of all true answers', () => {
    const mc2: EvalItem = { ...item, choices: ['a', 'b', 'c'], gold: [1, 1, 0], grading: 'mass' };
    expect(gradeOf(mc2, [Math.log(0.1), Math.log(0.2), Math.log(0.1)])).toBeCloseTo(0.75, 12);
    expect(gradeOf(mc2, [-1000, -1000, -1000])).toBeCloseTo(2 / 3, 12);
  });
});

describe('marginOf', () => {
  it('compares the best under study with the best other', () => {
    expect(marginOf(item, [-1, -3])).toBe(2);
    expect(marginOf({ ...item, choices: ['a', 'b', 'c'], subject: [0, 2] }, [-5, -3, -1])).toBe(2);
    expect(marginOf({ ...item, choices: ['a'], subject: [0] }, [-2])).toBe(-2);
  });
});
