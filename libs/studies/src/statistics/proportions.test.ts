import { describe, expect, it } from 'vitest';
import type { Interval } from '@sextant/schema';
import { gap, largestGap, referenceCases, referenceMissing } from '../testing/referenceValues';
import { binomialTest } from './binomial';
import { agrestiCoull, betaBinomial, betaBinomialPmf, clopperPearson, jeffreys, wald, wilson } from './proportions';
import { agrestiCaffo, fisherExact, newcombe, waldDifference } from './twoProportions';

/** `proportions.json` states 1e-8. */
const TOLERANCE = 1e-8;
const methods = { wilson, clopper_pearson: clopperPearson, jeffreys, agresti_coull: agrestiCoull, wald };
const priors = { uniform: { a: 1, b: 1 }, jeffreys_prior: { a: 0.5, b: 0.5 }, informative: { a: 3, b: 7 } };
const ends = ({ lo, hi }: Interval) => [lo, hi];

describe.skipIf(referenceMissing)('proportions against statsmodels and scipy', () => {
  interface Expected {
    [interval: string]: [number, number] & { mean: number; sd: number; prob_above_half: number } & number & number[];
  }
  it.each(referenceCases<{ x: number; n: number }, Expected>('proportions', 'x'))('$name', ({ input: { x, n }, expected }) => {
    for (const [name, interval] of Object.entries(methods)) {
      expect(largestGap(ends(interval(x, n)), expected[`${name}_95`]!), name).toBeLessThan(TOLERANCE);
      expect(largestGap(ends(interval(x, n, 0.99)), expected[`${name}_99`]!), name).toBeLessThan(TOLERANCE);
    }
    for (const [name, prior] of Object.entries(priors)) {
      const posterior = betaBinomial(x, n, prior);
      const { mean, sd, prob_above_half: above } = expected[`posterior_${name}`]!;
      expect(largestGap(ends(posterior), expected[`credible95_${name}`]!), name).toBeLessThan(TOLERANCE);
      expect(largestGap([posterior.estimate, posterior.sd, posterior.probabilityAbove(0.5)], [mean, sd, above], 1e-300), name).toBeLessThan(TOLERANCE);
    }
    expect(largestGap(betaBinomialPmf(10, 1 + x, 1 + n - x), expected['beta_binomial_next10_pmf_uniform']!)).toBeLessThan(TOLERANCE);
    expect(gap(binomialTest(x, n, 0.5), expected['binomial_test_p_half']!)).toBeLessThan(TOLERANCE);
  });

  type Two = { x1: number; n1: number; x2: number; n2: number };
  it.each(referenceCases<Two, Record<string, number & [number, number]>>('proportions', 'two_proportions/'))('$name', ({ input, expected }) => {
    const { x1, n1, x2, n2 } = input;
    expect(largestGap(ends(newcombe(x1, n1, x2, n2)), expected['newcomb']!)).toBeLessThan(TOLERANCE);
    expect(largestGap(ends(waldDifference(x1, n1, x2, n2)), expected['wald']!)).toBeLessThan(TOLERANCE);
    expect(largestGap(ends(agrestiCaffo(x1, n1, x2, n2)), expected['agresti-caffo']!)).toBeLessThan(TOLERANCE);
    expect(gap(fisherExact(x1, n1, x2, n2), expected['fisher_exact']!)).toBeLessThan(TOLERANCE);
  });
});

describe('proportions', () => {
  it('refuses impossible counts by name', () => {
    expect(() => wilson(3, 2)).toThrow('x = 3, n = 2');
    expect(() => clopperPearson(0, 0)).toThrow('n = 0');
  });

  it('a one-sided binomial outcome is tested against both tails', () => {
    // R: binom.test(1, 10, 0.3)$p.value = 0.3071 to four digits (sum of outcomes no likelier than 1 of 10)
    const pmf = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((k) => [1, 10, 45, 120, 210, 252, 210, 120, 45, 10, 1][k]! * 0.3 ** k * 0.7 ** (10 - k));
    const byHand = pmf.filter((value) => value <= pmf[1]! * (1 + 1e-7)).reduce((a, b) => a + b, 0);
    expect(binomialTest(1, 10, 0.3)).toBeCloseTo(byHand, 12);
  });
});
