import { describe, expect, it } from 'vitest';
import { gap, referenceCases, referenceMissing } from '../testing/referenceValues';
import { betaCdf, betaQuantile, betaSf } from './beta';
import { binomialCdf, binomialPmf, binomialQuantile, binomialSf } from './binomial';
import { chiSquareCdf, chiSquareQuantile, chiSquareSf } from './chiSquare';
import { fCdf, fQuantile, fSf } from './fisherF';
import { noncentralTTails } from './noncentralT';
import { normalCdf, normalQuantile, normalSf } from './normal';
import { tCdf, tQuantile, tSf } from './studentT';

interface Exact {
  value?: number;
  scipy: number;
}
type Row = Record<string, number | Exact>;

/** `distributions.json` states 1e-10 relative, and absolute comparison below 1e-300. */
const TOLERANCE = 1e-10;

type Evaluate = Record<string, (row: Record<string, number>) => number>;

const families: Record<string, Evaluate> = {
  normal_cdf: { cdf: ({ x }) => normalCdf(x!), sf: ({ x }) => normalSf(x!), cdf_of_minus_x: ({ x }) => normalCdf(-x!) },
  normal_quantile: { ppf: ({ p }) => normalQuantile(p!) },
  t_cdf: { cdf: ({ t, df }) => tCdf(t!, df!), sf: ({ t, df }) => tSf(t!, df!) },
  t_quantile: { ppf: ({ p, df }) => tQuantile(p!, df!) },
  chi2: { cdf: ({ x, df }) => chiSquareCdf(x!, df!), sf: ({ x, df }) => chiSquareSf(x!, df!), ppf: ({ p, df }) => chiSquareQuantile(p!, df!) },
  f: {
    cdf: ({ x, df1, df2 }) => fCdf(x!, df1!, df2!),
    sf: ({ x, df1, df2 }) => fSf(x!, df1!, df2!),
    ppf: ({ p, df1, df2 }) => fQuantile(p!, df1!, df2!),
  },
  beta: { cdf: ({ x, a, b }) => betaCdf(x!, a!, b!), sf: ({ x, a, b }) => betaSf(x!, a!, b!), ppf: ({ p, a, b }) => betaQuantile(p!, a!, b!) },
  binomial: {
    pmf: ({ k, n, p }) => binomialPmf(k!, n!, p!),
    cdf: ({ k, n, p }) => binomialCdf(k!, n!, p!),
    sf: ({ k, n, p }) => binomialSf(k!, n!, p!),
  },
};

describe.skipIf(referenceMissing)('distributions against 40-digit arithmetic', () => {
  for (const { name, expected } of referenceCases<object, Row[]>('distributions')) {
    const family = families[name];
    if (!family) continue;
    it(name, () => {
      const wrong: string[] = [];
      let compared = 0;
      for (const row of expected) {
        const input = Object.fromEntries(Object.entries(row).filter((entry): entry is [string, number] => typeof entry[1] === 'number'));
        for (const [key, evaluate] of Object.entries(family)) {
          const reference = row[key];
          if (typeof reference !== 'object') continue;
          const exact = reference.value ?? reference.scipy;
          const actual = evaluate(input);
          compared++;
          if (!(gap(actual, exact, 1e-300) <= TOLERANCE)) wrong.push(`${JSON.stringify(input)} ${key}: ${actual}, expected ${exact}`);
        }
      }
      expect(wrong).toEqual([]);
      expect(compared).toBeGreaterThan(0);
    });
  }

  it('binomial quantiles are exact whole numbers', () => {
    const rows = referenceCases<object, Row[]>('distributions', 'binomial')[0]!.expected.filter((row) => 'q' in row) as Record<string, number>[];
    expect(rows.map(({ q, n, p }) => binomialQuantile(q!, n!, p!))).toEqual(rows.map((row) => row['ppf']));
  });

  it('non-central t', () => {
    const rows = referenceCases<object, Record<string, number>[]>('distributions', 'noncentral_t')[0]!.expected;
    for (const { t, df, noncentrality, cdf, sf } of rows) {
      const tails = noncentralTTails(t!, df!, noncentrality!);
      expect(gap(tails.lower, cdf!)).toBeLessThan(TOLERANCE);
      expect(gap(tails.upper, sf!)).toBeLessThan(TOLERANCE);
    }
  });
});

describe('distributions without references', () => {
  it('the two tails of a continuous distribution sum to 1', () => {
    for (const t of [-3.1, -0.2, 0, 0.7, 9]) {
      expect(tCdf(t, 7) + tSf(t, 7)).toBeCloseTo(1, 14);
      expect(normalCdf(t) + normalSf(t)).toBeCloseTo(1, 14);
    }
  });

  it('a non-central t without non-centrality is the central t', () => {
    expect(noncentralTTails(1.3, 11, 0).lower).toBeCloseTo(tCdf(1.3, 11), 13);
  });

  it('impossible parameters give NaN, not a number', () => {
    expect(tCdf(1, 0)).toBeNaN();
    expect(betaCdf(0.3, -1, 2)).toBeNaN();
    expect(normalQuantile(1.2)).toBeNaN();
  });
});
