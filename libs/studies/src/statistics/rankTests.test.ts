import { describe, expect, it } from 'vitest';
import { gap, referenceCases, referenceMissing } from '../testing/referenceValues';
import { auroc, mannWhitney } from './mannWhitney';
import { wilcoxonSignedRank } from './wilcoxon';

interface Ranked {
  asymptotic: { U: number; p: number };
  asymptotic_continuity: { U: number; p: number };
  exact?: { p: number; p_greater: number };
  auroc: { value: number; se_delong: number };
}

describe.skipIf(referenceMissing)('rank tests against scipy', () => {
  it.each(referenceCases<{ a: number[]; b: number[] }, Ranked>('rank_tests', 'mann_whitney/'))('$name', ({ name, input, expected }) => {
    const area = auroc(input.a, input.b);
    if (!area.defined) throw new Error(area.reason);
    expect(gap(area.value, expected.auroc.value)).toBeLessThan(1e-9);
    expect(gap(area.se ?? NaN, expected.auroc.se_delong)).toBeLessThan(1e-9);
    const test = mannWhitney(input.a, input.b);
    if (name.endsWith('all_equal')) return expect(test).toMatchObject({ defined: false });
    if (!test.defined) throw new Error(test.reason);
    expect(test.u).toBe(expected.asymptotic.U);
    expect(gap(test.p, expected.asymptotic.p)).toBeLessThan(1e-9);
    expect(gap(test.pCorrected, expected.asymptotic_continuity.p)).toBeLessThan(1e-9);
    if (!expected.exact) return;
    expect(gap(test.exact!, expected.exact.p)).toBeLessThan(1e-9);
    expect(gap(test.exactGreater!, expected.exact.p_greater)).toBeLessThan(1e-9);
  });

  interface Signed {
    approx: { W: number; p: number };
    approx_correction: { p: number };
    pratt: { W: number; p: number };
    exact?: { p: number };
  }
  it.each(referenceCases<{ d: number[] }, Signed>('rank_tests', 'wilcoxon/'))('$name', ({ input, expected }) => {
    const [test, pratt] = [wilcoxonSignedRank(input.d), wilcoxonSignedRank(input.d, { zeros: 'pratt' })];
    if (!test.defined || !pratt.defined) throw new Error('undefined');
    expect(test.w).toBe(expected.approx.W);
    expect(gap(test.p, expected.approx.p)).toBeLessThan(1e-9);
    expect(gap(test.pCorrected, expected.approx_correction.p)).toBeLessThan(1e-9);
    expect(pratt.w).toBe(expected.pratt.W);
    expect(gap(pratt.p, expected.pratt.p)).toBeLessThan(1e-9);
    if (expected.exact) expect(gap(test.exact!, expected.exact.p)).toBeLessThan(1e-9);
  });
});

describe('undefined rank tests', () => {
  it('says so', () => {
    expect(mannWhitney([], [1])).toMatchObject({ defined: false });
    expect(auroc([1], [])).toMatchObject({ defined: false });
    expect(wilcoxonSignedRank([0, 0])).toMatchObject({ defined: false });
  });
});
