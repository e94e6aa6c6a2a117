import { describe, expect, it } from 'vitest';
import { gap, largestGap, referenceCases, referenceMissing } from '../testing/referenceValues';
import { seededSource } from '../testing/seededSource';
import { bootstrap, bootstrapIntervals, clusterBootstrap } from './bootstrap';
import { clusterMean } from './clusterRobust';
import { mean, standardDeviation } from './moments';
import { median } from './quantiles';

interface Expected {
  theta: number;
  bias_correction_z0: number;
  acceleration: number;
  quantile_levels: number[];
  ci: number[];
  percentile_ci: number[];
  basic_ci: number[];
  bootstrap_se: number;
}

describe.skipIf(referenceMissing)('bootstrap intervals on given resamples', () => {
  it.each(referenceCases<{ x: number[]; resample_indices: number[][]; statistic: string }, Expected>('bca_bootstrap'))('$name', ({ input, expected }) => {
    const statistic = input.statistic.startsWith('standard') ? standardDeviation : input.statistic === 'median' ? median : mean;
    const resampled = input.resample_indices.map((row) => statistic(row.map((i) => input.x[i]!)));
    const jackknife = input.x.map((_, left) => statistic(input.x.filter((_, i) => i !== left)));
    const intervals = bootstrapIntervals(statistic(input.x), resampled, jackknife);
    if (!intervals.bca.defined) throw new Error(intervals.bca.reason);
    expect(gap(intervals.estimate, expected.theta)).toBeLessThan(1e-9);
    expect(gap(intervals.bca.bias, expected.bias_correction_z0)).toBeLessThan(1e-9);
    expect(gap(intervals.bca.acceleration, expected.acceleration)).toBeLessThan(1e-9);
    expect(largestGap(intervals.bca.levels, expected.quantile_levels)).toBeLessThan(1e-9);
    expect(largestGap([intervals.bca.lo, intervals.bca.hi], expected.ci)).toBeLessThan(1e-9);
    expect(largestGap([intervals.percentile.lo, intervals.percentile.hi], expected.percentile_ci)).toBeLessThan(1e-9);
    expect(largestGap([intervals.basic.lo, intervals.basic.hi], expected.basic_ci)).toBeLessThan(1e-9);
    expect(gap(intervals.se, expected.bootstrap_se)).toBeLessThan(1e-9);
  });
});

describe('bootstrap', () => {
  const noise = seededSource(9);
  const clusters = Array.from({ length: 120 }, (_, i) => Math.floor(i / 4));
  const shifts = Array.from({ length: 30 }, () => noise.normal());
  const values = clusters.map((cluster) => shifts[cluster]! + 0.5 * noise.normal());

  it('is the same for the same seed', () => {
    expect(bootstrap(values, mean, { rng: seededSource(4), resamples: 50 })).toEqual(bootstrap(values, mean, { rng: seededSource(4), resamples: 50 }));
  });

  it('resamples whole clusters: its error is the cluster-robust one, not the independent one', () => {
    const clustered = clusterBootstrap(values, clusters, mean, { rng: seededSource(5), resamples: 2_000 });
    const robust = clusterMean(values, clusters);
    if (!robust.defined) throw new Error(robust.reason);
    expect(clustered.se / robust.se).toBeCloseTo(1, 1);
    expect(clustered.se).toBeGreaterThan(1.5 * robust.seIndependent);
  });

  it('BCa is undefined when no resample moves', () => {
    expect(bootstrapIntervals(1, [1, 1, 1], [1, 1, 1]).bca).toMatchObject({ defined: false });
    expect(bootstrapIntervals(0, [1, 2, 3], [1, 2, 3]).bca).toMatchObject({ defined: false, reason: expect.stringContaining('one side') });
  });
});
