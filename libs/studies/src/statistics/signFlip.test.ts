import { describe, expect, it } from 'vitest';
import { referenceCases, referenceMissing } from '../testing/referenceValues';
import { seededSource } from '../testing/seededSource';
import { clusterSignFlip, signFlip } from './signFlip';

type Expected = { patterns: number; count_two_sided: number; count_greater: number; count_less: number; p_two_sided: number };

describe.skipIf(referenceMissing)('sign flips against all patterns in rational arithmetic', () => {
  it.each(referenceCases<{ d: number[] }, Expected>('sign_flip'))('$name', ({ input, expected }) => {
    expect(signFlip(input.d)).toMatchObject({
      exact: true,
      patterns: expected.patterns,
      twoSided: expected.count_two_sided,
      greater: expected.count_greater,
      less: expected.count_less,
      p: expected.p_two_sided,
    });
  });
});

describe('signFlip', () => {
  it('random patterns agree with the enumeration within their own error', () => {
    const d = [0.4, 1.1, -0.3, 0.8, 0.9, -0.2, 0.5, 1.4, -0.6, 0.3, 0.7, 0.2];
    const exact = signFlip(d).p;
    const sampled = signFlip(d, { rng: seededSource(3), draws: 40_000, exactUpTo: 4 });
    expect(sampled.exact).toBe(false);
    expect(Math.abs(sampled.p - exact)).toBeLessThan(4 * Math.sqrt((exact * (1 - exact)) / 40_000));
  });

  it('a sampled p is never 0', () => {
    expect(signFlip(new Array<number>(40).fill(1), { rng: seededSource(1), draws: 999 }).p).toBe(1 / 1000);
  });

  it('flips clusters as wholes', () => {
    const flip = clusterSignFlip([1, 1, 1, 1], ['a', 'a', 'b', 'b']);
    expect(flip).toMatchObject({ patterns: 4, twoSided: 2 });
  });

  it('refuses an empty list, and many groups without a generator', () => {
    expect(() => signFlip([])).toThrow('at least one group');
    expect(() => signFlip(new Array<number>(40).fill(1))).toThrow('pass an rng');
  });
});
