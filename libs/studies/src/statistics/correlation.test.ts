import { describe, expect, it } from 'vitest';
import { gap, largestGap, referenceCases, referenceMissing } from '../testing/referenceValues';
import { kendall, pearson, spearman } from './correlation';

interface Expected {
  pearson: { r: number; p: number; ci95_fisher: [number, number] };
  spearman: { rho: number; p_t: number };
  kendall_tau_b: { tau: number; p_asymptotic: number; p_exact?: number };
}

describe.skipIf(referenceMissing)('correlations against scipy', () => {
  it.each(referenceCases<{ x: number[]; y: number[] }, Expected>('correlation'))('$name', ({ name, input, expected }) => {
    const tolerance = name === 'offset_1e9' ? 1e-6 : 1e-9;
    const [r, rho, tau] = [pearson(input.x, input.y), spearman(input.x, input.y), kendall(input.x, input.y)];
    if (!r.defined || !rho.defined || !tau.defined) throw new Error('undefined');
    expect(gap(r.r, expected.pearson.r)).toBeLessThan(tolerance);
    expect(gap(r.p!, expected.pearson.p)).toBeLessThan(tolerance);
    expect(largestGap([r.lo!, r.hi!], expected.pearson.ci95_fisher)).toBeLessThan(tolerance);
    expect(gap(rho.r, expected.spearman.rho)).toBeLessThan(tolerance);
    expect(gap(rho.p!, expected.spearman.p_t)).toBeLessThan(tolerance);
    expect(gap(tau.tau, expected.kendall_tau_b.tau)).toBeLessThan(tolerance);
    expect(gap(tau.asymptotic, expected.kendall_tau_b.p_asymptotic)).toBeLessThan(tolerance);
    if (expected.kendall_tau_b.p_exact !== undefined) expect(gap(tau.exact!, expected.kendall_tau_b.p_exact, 1e-300)).toBeLessThan(tolerance);
  });
});

describe('undefined correlations', () => {
  it('a constant variable and a single pair have none', () => {
    expect(pearson([1, 1, 1], [1, 2, 3])).toMatchObject({ defined: false, reason: expect.stringContaining('constant') });
    expect(spearman([1], [2])).toMatchObject({ defined: false });
    expect(kendall([2, 2], [1, 3])).toMatchObject({ defined: false });
  });

  it('two pairs have a correlation but no p', () => {
    expect(pearson([1, 2], [5, 9])).toMatchObject({ r: expect.closeTo(1, 12), p: null, lo: null });
  });
});
