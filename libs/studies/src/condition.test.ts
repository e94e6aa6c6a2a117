import { describe, expect, it } from 'vitest';
import { baseline, conditionLabel, parseCondition, type StudyCondition } from './condition';

describe('conditionLabel', () => {
  const cases: [StudyCondition, string][] = [
    [baseline, 'baseline'],
    [{ kind: 'ablation', feature: 4, dose: 0, seed: null }, 'ablation 4'],
    [{ kind: 'feature', feature: 922, dose: -1, seed: null }, 'feature 922 × -1'],
    [{ kind: 'vector', feature: 9, dose: 0.25, seed: 17 }, 'vector 9 #17 × 0.25'],
    [{ kind: 'random-direction', feature: 922, dose: 2, seed: 3 }, 'random-direction 922 #3 × 2'],
    [{ kind: 'density-matched', feature: 5, dose: 1e-7, seed: null }, 'density-matched 5 × 1e-7'],
    [{ kind: 'sign-reversed', feature: 922, dose: 1, seed: null }, 'sign-reversed 922 × 1'],
    [{ kind: 'reconstruction', feature: null, dose: 0, seed: null }, 'reconstruction'],
    [{ kind: 'feature', feature: 0, dose: 0, seed: null }, 'feature 0 × 0'],
  ];

  it.each(cases)('%o', (condition, label) => {
    expect(conditionLabel(condition)).toBe(label);
    expect(parseCondition(label)).toEqual(condition);
  });

  it('refuses other text', () => {
    for (const text of ['', 'feature x', 'steered 3', 'feature 3 × many']) expect(() => parseCondition(text)).toThrow('no study condition');
  });
});
