import { describe, expect, it } from 'vitest';
import { gap, referenceCases, referenceMissing } from '../testing/referenceValues';
import { oneSampleT, pairedT, twoSampleT } from './tTests';
import type { Alternative } from './studentised';

type Expected = Record<string, number & [number, number]>;
const alternatives: Alternative[] = ['two-sided', 'less', 'greater'];
/** 1e-9 relative; a sample offset by 1e8 loses about seven digits to cancellation, as its file says. */
const tolerance = (name: string) => (name.includes('offset_1e8') ? 1e-6 : 1e-9);

describe.skipIf(referenceMissing)('t tests against scipy', () => {
  const one = referenceCases<{ x: number[]; mu: number }, Expected>('t_tests', 'one_sample/').map(({ name, input, expected }) => ({ name, expected, ...input }));
  const paired = referenceCases<{ a: number[]; b: number[] }, Expected>('t_tests', 'paired/').map(({ name, input, expected }) => ({
    name,
    expected,
    x: input.b.map((value, i) => value - input.a[i]!),
    mu: 0,
  }));

  it.each([...one, ...paired].filter(({ name }) => !name.endsWith('constant')))('$name', ({ name, x, mu, expected }) => {
    for (const alternative of alternatives) {
      const test = oneSampleT(x, { mu, alternative });
      if (!test.defined) throw new Error(test.reason);
      const [lo, hi] = expected[`ci95_${alternative}`]!;
      const pairs = [
        [test.t, expected['t']],
        [test.p, expected[`p_${alternative}`]],
        [test.estimate, expected['mean']],
        [test.sd, expected['sd']],
        [test.se, expected['se']],
        [test.df, expected['df']],
        [test.standardised, expected['cohen_d']],
        [test.lo, lo],
        [test.hi, hi],
      ] as [number, number][];
      for (const [actual, reference] of pairs) expect(gap(actual, reference), `${actual} ${reference}`).toBeLessThan(tolerance(name));
    }
    const wide = oneSampleT(x, { mu, level: 0.99 });
    expect(wide.defined && gap(wide.lo, expected['ci99_two-sided']![0])).toBeLessThan(tolerance(name));
  });

  it.each(referenceCases<{ a: number[]; b: number[] }, Record<string, Record<string, number & [number, number]> & number>>('t_tests', 'two_sample/'))(
    '$name',
    ({ input, expected }) => {
      for (const kind of ['student', 'welch'] as const) {
        const test = twoSampleT(input.a, input.b, { equalVariance: kind === 'student' });
        const greater = twoSampleT(input.a, input.b, { equalVariance: kind === 'student', alternative: 'greater' });
        if (!test.defined || !greater.defined) throw new Error('undefined');
        const reference = expected[kind]!;
        expect(gap(test.t, reference['t']!)).toBeLessThan(1e-9);
        expect(gap(test.df, reference['df']!)).toBeLessThan(1e-9);
        expect(gap(test.p, reference['p_two-sided']!)).toBeLessThan(1e-9);
        expect(gap(greater.p, reference['p_greater']!)).toBeLessThan(1e-9);
        expect(gap(test.lo, reference['ci95_of_mean_b_minus_a']![0])).toBeLessThan(1e-9);
        expect(gap(test.hi, reference['ci95_of_mean_b_minus_a']![1])).toBeLessThan(1e-9);
        expect(gap(test.cohenD, expected['cohen_d']!)).toBeLessThan(1e-9);
        expect(gap(test.hedgesG, expected['hedges_g_exact_gamma']!)).toBeLessThan(1e-9);
        expect(gap(test.hedgesGApproximate, expected['hedges_g_approx']!)).toBeLessThan(1e-9);
      }
    },
  );
});

describe('undefined t tests', () => {
  it('a constant sample is undefined, also when its mean is rounded', () => {
    expect(oneSampleT([1.5, 1.5, 1.5])).toMatchObject({ defined: false, reason: expect.stringContaining('same') });
    expect(oneSampleT([0.1, 0.1, 0.1])).toMatchObject({ defined: false });
    expect(twoSampleT([1, 1], [2, 2])).toMatchObject({ defined: false });
  });

  it('one value is undefined, two lists of different lengths are an error', () => {
    expect(oneSampleT([3])).toMatchObject({ defined: false });
    expect(() => pairedT([1, 2], [1])).toThrow('2 and 1');
  });
});
