import { describe, expect, it } from 'vitest';
import { controlBands } from './controls';

const effect = (kind: 'random-direction' | 'density-matched' | 'sign-reversed' | 'feature', dose: number, estimate: number) => ({ kind, dose, estimate });

describe('controlBands', () => {
  it('gives mean and range of matched controls at each dose, and nothing else', () => {
    const bands = controlBands([
      effect('random-direction', 2, -1), effect('density-matched', 2, 1.2), effect('random-direction', 2, 0.1),
      effect('random-direction', -1, 0.5), effect('sign-reversed', -1, 9), effect('feature', -1, -2.35),
    ]);
    expect(bands).toEqual([
      { dose: -1, estimate: 0.5, lo: 0.5, hi: 0.5, count: 1 },
      { dose: 2, estimate: expect.closeTo(0.1), lo: -1, hi: 1.2, count: 3 },
    ]);
  });
});
