import { describe, expect, it } from 'vitest';
import { gap, referenceCases, referenceMissing } from '../testing/referenceValues';
import { clusterEquivalence, independentEquivalence, pairedEquivalence } from './equivalence';

interface OneSided {
  t: number;
  p: number;
  df: number;
}
interface Tost {
  p: number;
  lower: OneSided;
  upper: OneSided;
}
const TOLERANCE = 1e-9;

function compare(actual: Tost, expected: Tost) {
  expect(gap(actual.p, expected.p)).toBeLessThan(TOLERANCE);
  for (const side of ['lower', 'upper'] as const) {
    for (const key of ['t', 'p', 'df'] as const) expect(gap(actual[side][key], expected[side][key]), `${side} ${key}`).toBeLessThan(TOLERANCE);
  }
}

describe.skipIf(referenceMissing)('equivalence against statsmodels', () => {
  type Paired = Tost & { ci90: [number, number]; 'equivalent_at_0.05': boolean; non_inferiority: { t: number; p: number } };
  it.each(referenceCases<{ a: number[]; b: number[]; margin: number }, Paired>('equivalence', 'paired/'))('$name', ({ input, expected }) => {
    const test = pairedEquivalence(input.a, input.b, input.margin);
    if (!test.defined) throw new Error(test.reason);
    compare(test, expected);
    expect(gap(test.lo, expected.ci90[0])).toBeLessThan(TOLERANCE);
    expect(gap(test.hi, expected.ci90[1])).toBeLessThan(TOLERANCE);
    expect(gap(test.lower.p, expected.non_inferiority.p)).toBeLessThan(TOLERANCE);
    expect(test.p < 0.05).toBe(expected['equivalent_at_0.05']);
    expect(test.lo > -input.margin && test.hi < input.margin).toBe(expected['equivalent_at_0.05']);
  });

  type Independent = { pooled: Tost; unequal: Tost };
  it.each(referenceCases<{ a: number[]; b: number[]; margin: number }, Independent>('equivalence', 'independent'))('$name', ({ input, expected }) => {
    for (const kind of ['pooled', 'unequal'] as const) {
      const test = independentEquivalence(input.a, input.b, input.margin, { equalVariance: kind === 'pooled' });
      if (!test.defined) throw new Error(test.reason);
      compare(test, expected[kind]);
    }
  });
});

describe('clusterEquivalence', () => {
  it('is the paired test when every item is its own cluster', () => {
    const d = [0.1, -0.2, 0.05, 0.12, -0.07];
    const clustered = clusterEquivalence(d, [1, 2, 3, 4, 5], 0.5);
    const paired = pairedEquivalence(d.map(() => 0), d, 0.5);
    if (!clustered.defined || !paired.defined) throw new Error('undefined');
    expect(gap(clustered.p, paired.p)).toBeLessThan(1e-12);
  });

  it('is undefined without spread', () => {
    expect(clusterEquivalence([0, 0], ['a', 'b'], 0.5)).toMatchObject({ defined: false });
  });
});
