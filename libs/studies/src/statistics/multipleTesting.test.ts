import { describe, expect, it } from 'vitest';
import { largestGap, referenceCases, referenceMissing } from '../testing/referenceValues';
import { fcrIntervals } from './fcr';
import {
  benjaminiHochberg,
  benjaminiYekutieli,
  bonferroni,
  countRejected,
  hochberg,
  holm,
  holmSidak,
  hommel,
  twoStage,
  type Adjustment,
} from './multipleTesting';

const adjustments: Record<string, Adjustment> = {
  fdr_bh: benjaminiHochberg,
  fdr_by: benjaminiYekutieli,
  holm,
  bonferroni,
  'holm-sidak': holmSidak,
  'simes-hochberg': hochberg,
  hommel,
  fdr_tsbh: (p) => twoStage(p, 0.05, 'bh'),
  fdr_tsbky: (p) => twoStage(p, 0.05, 'bky'),
};

describe.skipIf(referenceMissing)('adjusted p-values against statsmodels', () => {
  type Expected = Record<string, { adjusted: number[]; 'rejected_at_0.05': number }>;
  it.each(referenceCases<{ p: number[] }, Expected>('multiple_testing'))('$name', ({ input, expected }) => {
    for (const [method, reference] of Object.entries(expected)) {
      const adjusted = adjustments[method]!(input.p);
      expect(largestGap(adjusted, reference.adjusted, 1e-300), method).toBeLessThan(1e-12);
      expect(countRejected(adjusted, 0.05), method).toBe(reference['rejected_at_0.05']);
    }
  });
});

describe.skipIf(referenceMissing)('intervals after selection', () => {
  interface Expected {
    p: number[];
    selected: number[];
    level: number | string;
    intervals: [number, number][];
  }
  it.each(referenceCases<{ estimate: number[]; se: number[]; df: number; q: number }, Expected>('fcr_intervals'))('$name', ({ input, expected }) => {
    const result = fcrIntervals(input.estimate, input.se, input.df, input.q);
    expect(result.selected).toEqual(expected.selected);
    expect(largestGap(result.p, expected.p)).toBeLessThan(1e-9);
    expect(largestGap([result.level ?? NaN], [typeof expected.level === 'number' ? expected.level : NaN])).toBeLessThan(1e-9);
    expect(largestGap(result.intervals.flatMap(({ lo, hi }) => [lo, hi]), expected.intervals.flat())).toBeLessThan(1e-9);
  });
});

describe('families', () => {
  it('an empty family gives an empty list', () => {
    for (const adjust of Object.values(adjustments)) expect(adjust([])).toEqual([]);
  });

  it('refuses a value that is no probability', () => {
    expect(() => benjaminiHochberg([0.1, NaN])).toThrow('p-value 1 of the family is NaN');
  });

  it('selects nothing without evidence', () => {
    expect(fcrIntervals([0.1, -0.1], [1, 1], 20, 0.05)).toMatchObject({ selected: [], level: null, intervals: [] });
  });
});
