import { describe, expect, it } from 'vitest';
import { gap, largestGap, referenceCases, referenceMissing } from '../testing/referenceValues';
import {
  brierDecomposition,
  brierScore,
  equalMassBins,
  equalWidthBins,
  expectedCalibrationError,
  logLoss,
  maximumCalibrationError,
} from './calibration';
import { median, quantiles } from './quantiles';

interface Bin {
  count: number;
  mean_p: number | null;
  mean_y: number | null;
}
interface Expected {
  brier: number;
  ece_10: number;
  mce_10: number;
  bins_10: Bin[];
  ece_15: number;
  mce_15: number;
  bins_15: Bin[];
  murphy_10: { reliability: number; resolution: number; uncertainty: number };
  'log_loss_clipped_1e-12': number;
  ece_equal_mass_10: number;
}

describe.skipIf(referenceMissing)('calibration against its formulas', () => {
  it.each(referenceCases<{ p: number[]; y: number[] }, Expected>('calibration'))('$name', ({ input: { p, y }, expected }) => {
    expect(gap(brierScore(p, y), expected.brier)).toBeLessThan(1e-10);
    for (const [count, ece, mce, reference] of [
      [10, expected.ece_10, expected.mce_10, expected.bins_10],
      [15, expected.ece_15, expected.mce_15, expected.bins_15],
    ] as const) {
      const bins = equalWidthBins(p, y, count);
      expect(bins.map((bin) => bin.count)).toEqual(reference.map((bin) => bin.count));
      expect(largestGap(bins.map((bin) => bin.meanOutcome ?? NaN), reference.map((bin) => bin.mean_y ?? NaN))).toBeLessThan(1e-10);
      expect(gap(expectedCalibrationError(bins), ece)).toBeLessThan(1e-10);
      expect(gap(maximumCalibrationError(bins), mce)).toBeLessThan(1e-10);
    }
    const { reliability, resolution, uncertainty } = brierDecomposition(y, equalWidthBins(p, y, 10));
    const murphy = expected.murphy_10;
    expect(largestGap([reliability, resolution, uncertainty], [murphy.reliability, murphy.resolution, murphy.uncertainty])).toBeLessThan(1e-10);
    expect(gap(logLoss(p, y), expected['log_loss_clipped_1e-12'])).toBeLessThan(1e-10);
    expect(gap(expectedCalibrationError(equalMassBins(p, y, 10)), expected.ece_equal_mass_10)).toBeLessThan(1e-10);
  });
});

describe.skipIf(referenceMissing)('type-7 quantiles against numpy', () => {
  it.each(referenceCases<{ x: number[]; q: number[] }, { type7: number[]; median: number }>('quantiles'))('$name', ({ input, expected }) => {
    expect(largestGap(quantiles(input.x, input.q), expected.type7, 0)).toBeLessThan(1e-14);
    expect(gap(median(input.x), expected.median, 0)).toBeLessThan(1e-14);
  });
});

describe('calibration and quantiles of nothing', () => {
  it('is an error', () => {
    expect(() => brierScore([], [])).toThrow('got 0 and 0');
    expect(() => quantiles([], [0.5])).toThrow('at least one value');
    expect(() => quantiles([1], [1.5])).toThrow('got 1.5');
  });
});
