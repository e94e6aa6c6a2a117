import { describe, expect, it } from 'vitest';
import { gap, largestGap, referenceCases, referenceMissing } from '../testing/referenceValues';
import { fitEmax, fitHill } from './doseResponse';
import { isotonic } from './isotonic';
import { fitIrreduciblePowerLaw, fitPowerLaw } from './powerLaw';

describe.skipIf(referenceMissing)('isotonic regression against scipy', () => {
  type Expected = { increasing: number[]; decreasing: number[]; blocks: number[]; sse_increasing: number };
  it.each(referenceCases<{ y: number[]; weights: number[] | null }, Expected>('isotonic'))('$name', ({ input, expected }) => {
    const weights = input.weights ?? undefined;
    const rising = isotonic(input.y, { weights });
    expect(largestGap(rising.fitted, expected.increasing)).toBeLessThan(1e-9);
    expect(rising.blocks).toEqual(expected.blocks);
    expect(gap(rising.rss, expected.sse_increasing)).toBeLessThan(1e-9);
    expect(largestGap(isotonic(input.y, { weights, increasing: false }).fitted, expected.decreasing)).toBeLessThan(1e-9);
  });
});

describe.skipIf(referenceMissing)('dose–response fits against scipy', () => {
  interface Expected {
    parameters: Record<string, number>;
    se: Record<string, number>;
    covariance: number[][];
    ci95_t: Record<string, [number, number]>;
    rss: number;
    df: number;
    sigma: number;
    fitted_at: Record<string, number>;
  }
  it.each(referenceCases<{ dose: number[]; response: number[]; p0: number[] }, Expected>('dose_response'))('$name', ({ name, input, expected }) => {
    for (const start of [input.p0, undefined]) {
      const fit = (name === 'hill' ? fitHill : fitEmax)(input.dose, input.response, start);
      if (!fit.defined) throw new Error(fit.reason);
      expect(fit.names).toEqual(Object.keys(expected.parameters));
      expect(gap(fit.rss, expected.rss)).toBeLessThan(1e-9);
      expect(largestGap(fit.parameters, Object.values(expected.parameters), 1e-7)).toBeLessThan(1e-5);
      expect(largestGap(fit.se, Object.values(expected.se), 1e-7)).toBeLessThan(1e-5);
      expect(largestGap(fit.covariance.flat(), expected.covariance.flat(), 1e-7)).toBeLessThan(1e-5);
      expect(largestGap(fit.intervals.flatMap(({ lo, hi }) => [lo, hi]), Object.values(expected.ci95_t).flat(), 1e-7)).toBeLessThan(1e-5);
      expect(fit.df).toBe(expected.df);
      for (const [dose, response] of Object.entries(expected.fitted_at)) expect(gap(fit.at(Number(dose)), response, 1e-7)).toBeLessThan(1e-5);
    }
  });
});

describe.skipIf(referenceMissing)('power laws against statsmodels and scipy', () => {
  interface Expected {
    exponent: number;
    ln_prefactor: number;
    prefactor: number;
    se_exponent: number;
    se_ln_prefactor: number;
    ci95_exponent: [number, number];
    p_exponent: number;
    r_squared: number;
    residual_sd: number;
    df: number;
    prediction_at_10x_last: { x: number; mean: number; ci95_mean: [number, number]; interval95_new: [number, number] };
  }
  const cases = referenceCases<{ x: number[]; y: number[] }, Expected>('power_law').filter(({ name }) => name !== 'with_irreducible');
  it.each(cases)('$name', ({ input, expected }) => {
    const fit = fitPowerLaw(input.x, input.y);
    if (!fit.defined) throw new Error(fit.reason);
    const actual = [fit.exponent.estimate, fit.logPrefactor.estimate, fit.prefactor, fit.exponent.se, fit.logPrefactor.se];
    const reference = [expected.exponent, expected.ln_prefactor, expected.prefactor, expected.se_exponent, expected.se_ln_prefactor];
    expect(largestGap(actual, reference)).toBeLessThan(1e-9);
    expect(largestGap([fit.exponent.lo, fit.exponent.hi], expected.ci95_exponent)).toBeLessThan(1e-9);
    expect(largestGap([fit.p, fit.rSquared], [expected.p_exponent, expected.r_squared])).toBeLessThan(1e-9);
    expect(largestGap([fit.residualSd, fit.df], [expected.residual_sd, expected.df])).toBeLessThan(1e-9);
    const { x, mean, ci95_mean: meanEnds, interval95_new: newEnds } = expected.prediction_at_10x_last;
    const next = fit.predict(x);
    expect(largestGap([next.mean.estimate, next.mean.lo, next.mean.hi], [mean, ...meanEnds])).toBeLessThan(1e-9);
    expect(largestGap([next.observation.lo, next.observation.hi], newEnds)).toBeLessThan(1e-9);
  });

  type Floor = { E: number; lnA: number; alpha: number; se: number[]; rss: number };
  it.each(referenceCases<{ x: number[]; y: number[]; p0: number[] }, Floor>('power_law', 'with_irreducible'))('$name', ({ input, expected }) => {
    const fit = fitIrreduciblePowerLaw(input.x, input.y, input.p0);
    if (!fit.defined) throw new Error(fit.reason);
    expect(gap(fit.rss, expected.rss)).toBeLessThan(1e-9);
    expect(largestGap(fit.parameters, [expected.E, expected.lnA, expected.alpha])).toBeLessThan(1e-5);
    expect(largestGap(fit.se, expected.se)).toBeLessThan(1e-5);
  });
});

describe('curves the data do not determine', () => {
  it('too few points, a flat response and a single dose are undefined', () => {
    expect(fitEmax([0, 1, 2], [0, 1, 1.5])).toMatchObject({ defined: false, reason: expect.stringContaining('at least 4 points') });
    expect(fitEmax([0, 1, 2, 4, 8], [1, 1, 1, 1, 1])).toMatchObject({ defined: false });
    expect(fitPowerLaw([2, 2, 2], [1, 2, 3])).toMatchObject({ defined: false });
    expect(() => fitPowerLaw([0, 1], [1, 1])).toThrow('got 0');
    expect(() => isotonic([1, 2], { weights: [1, 0] })).toThrow('positive weights');
  });
});
