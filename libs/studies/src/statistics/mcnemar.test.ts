import { describe, expect, it } from 'vitest';
import { gap, referenceCases, referenceMissing } from '../testing/referenceValues';
import { mcNemar } from './mcnemar';

type Expected = { p_exact_rational: number; p_mid: number; chi2: number; p_chi2: number; p_chi2_continuity: number };

describe.skipIf(referenceMissing)('McNemar against exact rationals and statsmodels', () => {
  it.each(referenceCases<{ b: number; c: number }, Expected>('mcnemar').filter(({ input }) => input.b + input.c > 0))('$name', ({ input, expected }) => {
    const test = mcNemar(input.b, input.c);
    if (!test.defined) throw new Error(test.reason);
    expect(gap(test.exact, expected.p_exact_rational)).toBeLessThan(1e-9);
    expect(gap(test.mid, expected.p_mid)).toBeLessThan(1e-9);
    expect(gap(test.chiSquare, expected.chi2)).toBeLessThan(1e-9);
    expect(gap(test.chiSquareP, expected.p_chi2)).toBeLessThan(1e-9);
    expect(gap(test.correctedP, expected.p_chi2_continuity)).toBeLessThan(1e-9);
  });
});

describe('mcNemar', () => {
  it('is undefined when nothing changed, never p = 0', () => {
    expect(mcNemar(0, 0)).toEqual({ defined: false, reason: 'no item changed its outcome' });
  });

  it('does not depend on which way is which', () => {
    expect(mcNemar(3, 11)).toEqual(mcNemar(11, 3));
  });
});
