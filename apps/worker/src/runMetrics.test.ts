import type { ItemResult } from '@sextant/schema';
import { describe, expect, it } from 'vitest';
import { runMetrics } from './runMetrics';

const item = (cluster: string, correct: number, margin: number): ItemResult => ({
  item: `${cluster} ${correct} ${margin}`,
  cluster,
  split: 'A',
  prompt: '',
  choices: ['a', 'b'],
  gold: [1, 0],
  choiceLogProbs: [margin, 0],
  margin,
  correct,
});

describe('runMetrics', () => {
  it('gives the mean with an interval over clusters', () => {
    // Clusters of one: the interval is Student's, 0.5 ± t(3; 0.975) · sd / √4 with sd = √(1/3).
    const { accuracy, margin } = runMetrics([item('a', 1, 2), item('b', 0, -2), item('c', 1, 1), item('d', 0, -1)]);
    expect(accuracy?.estimate).toBe(0.5);
    expect(accuracy?.hi).toBeCloseTo(0.5 + (3.182446 * Math.sqrt(1 / 3)) / 2, 5);
    expect(margin?.estimate).toBe(0);
  });

  it('does not leave out the accuracy of a run that has everything right', () => {
    // Wilson, 3 of 3: lower bound 3 / (3 + 1.96²).
    const { accuracy } = runMetrics([item('a', 1, 2), item('a', 1, 3), item('b', 1, 2), item('c', 1, 4)]);
    expect(accuracy).toEqual({ estimate: 1, lo: expect.closeTo(3 / (3 + 1.959964 ** 2), 5), hi: 1 });
  });

  it('has nothing to say without items', () => {
    expect(runMetrics([])).toEqual({ accuracy: null, margin: null });
  });
});
