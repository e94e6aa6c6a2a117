import { describe, expect, it } from 'vitest';
import { gap, largestGap, referenceCases, referenceMissing } from '../testing/referenceValues';
import { cohenKappa, fleissKappa, krippendorffAlpha } from './agreement';
import { bradleyTerry, eloPerLogStrength, eloSequence } from './ratings';

describe.skipIf(referenceMissing)('agreement against statsmodels and krippendorff', () => {
  type Alphas = Record<'nominal' | 'ordinal' | 'interval', number>;
  it.each(referenceCases<{ raters_by_units: (number | null)[][] }, Alphas>('agreement', 'krippendorff/'))('$name', ({ input, expected }) => {
    for (const metric of ['nominal', 'ordinal', 'interval'] as const) {
      const alpha = krippendorffAlpha(input.raters_by_units, metric);
      expect(alpha.defined && gap(alpha.alpha, expected[metric]), metric).toBeLessThan(1e-9);
    }
  });

  type Kappas = Record<'unweighted' | 'linear' | 'quadratic', { kappa: number; se: number; se_under_null: number; ci95: [number, number] }>;
  it.each(referenceCases<{ table: number[][] }, Kappas & { observed_agreement: number }>('agreement', 'cohen/'))('$name', ({ input, expected }) => {
    for (const [weighting, key] of [['none', 'unweighted'], ['linear', 'linear'], ['quadratic', 'quadratic']] as const) {
      const kappa = cohenKappa(input.table, weighting);
      if (!kappa.defined) throw new Error(kappa.reason);
      const { kappa: estimate, se, se_under_null: seUnderNull, ci95 } = expected[key];
      expect(largestGap([kappa.estimate, kappa.se, kappa.seUnderNull, kappa.lo, kappa.hi], [estimate, se, seUnderNull, ...ci95]), key).toBeLessThan(1e-9);
      expect(gap(kappa.observedAgreement, expected.observed_agreement)).toBeLessThan(1e-9);
    }
  });

  it.each(referenceCases<{ counts_units_by_categories: number[][] }, { kappa: number }>('agreement', 'fleiss'))('$name', ({ input, expected }) => {
    const kappa = fleissKappa(input.counts_units_by_categories);
    expect(kappa.defined && gap(kappa.kappa, expected.kappa)).toBeLessThan(1e-9);
  });
});

describe.skipIf(referenceMissing)('ratings', () => {
  interface Strengths {
    log_strength: number[];
    se: number[];
    log_likelihood: number;
    elo_mean_1000: number[];
    se_of_0_minus_1: number;
  }
  it.each(referenceCases<{ wins: number[][] }, Strengths | string>('ratings', 'bradley_terry/'))('$name', ({ input, expected }) => {
    const fit = bradleyTerry(input.wins);
    if (typeof expected === 'string') return expect(fit).toMatchObject({ defined: false });
    if (!fit.defined) throw new Error(fit.reason);
    expect(largestGap(fit.logStrength, expected.log_strength, 1e-10)).toBeLessThan(1e-8);
    expect(largestGap(fit.se, expected.se, 1e-10)).toBeLessThan(1e-8);
    expect(gap(fit.logLikelihood, expected.log_likelihood)).toBeLessThan(1e-8);
    expect(largestGap(fit.logStrength.map((value) => 1000 + eloPerLogStrength * value), expected.elo_mean_1000)).toBeLessThan(1e-8);
    const [a, b] = fit.covariance;
    expect(gap(Math.sqrt(a![0]! + b![1]! - 2 * a![1]!), expected.se_of_0_minus_1)).toBeLessThan(1e-8);
  });

  it.each(referenceCases<{ games_a_b_score_of_a: [number, number, number][] }, { ratings: number[] }>('ratings', 'elo'))('$name', ({ input, expected }) => {
    expect(largestGap(eloSequence(4, input.games_a_b_score_of_a), expected.ratings)).toBeLessThan(1e-8);
  });
});

describe('undefined agreement', () => {
  it('ratings that do not vary have none', () => {
    expect(krippendorffAlpha([[1, 1], [1, 1]], 'nominal')).toMatchObject({ defined: false });
    expect(cohenKappa([[5, 0], [0, 0]])).toMatchObject({ defined: false });
    expect(fleissKappa([[3, 0], [3, 0]])).toMatchObject({ defined: false });
    expect(fleissKappa([[3, 0], [2, 0]])).toMatchObject({ defined: false });
  });

  it('a game of an unknown player is refused', () => {
    expect(() => eloSequence(2, [[0, 5, 1]])).toThrow('player 5 of 2');
  });
});
