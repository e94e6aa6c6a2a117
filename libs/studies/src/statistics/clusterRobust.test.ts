import { describe, expect, it } from 'vitest';
import { gap, referenceCases, referenceMissing } from '../testing/referenceValues';
import { clusterDifference, clusterMean } from './clusterRobust';

interface Corrected {
  se: number;
  se_intercept: number;
  z: number;
  p_t_clusters_minus_1: number;
  ci95_t_clusters_minus_1: [number, number];
}

describe.skipIf(referenceMissing)('cluster-robust errors against statsmodels', () => {
  type Difference = { difference: number; with_finite_cluster_factor: Corrected; without_factor: Corrected };
  it.each(referenceCases<{ y: number[]; treat: number[]; cluster: number[] }, Difference>('cluster_robust', 'difference/'))('$name', ({ input, expected }) => {
    for (const finiteClusters of [true, false]) {
      const fit = clusterDifference(input.y, input.treat, input.cluster, { finiteClusters });
      if (!fit.defined) throw new Error(fit.reason);
      const reference = expected[finiteClusters ? 'with_finite_cluster_factor' : 'without_factor'];
      expect(gap(fit.estimate, expected.difference)).toBeLessThan(1e-9);
      expect(gap(fit.se, reference.se)).toBeLessThan(1e-9);
      expect(gap(fit.seIntercept, reference.se_intercept)).toBeLessThan(1e-9);
      expect(gap(fit.p, reference.p_t_clusters_minus_1)).toBeLessThan(1e-9);
      expect(gap(fit.lo, reference.ci95_t_clusters_minus_1[0])).toBeLessThan(1e-9);
      expect(gap(fit.hi, reference.ci95_t_clusters_minus_1[1])).toBeLessThan(1e-9);
    }
  });

  type Mean = { mean: number; se_independent: number; se_clustered_without_factor: number; se_clustered_with_factor: number; design_effect: number };
  it.each(referenceCases<{ d: number[]; cluster: number[] }, Mean>('cluster_robust', 'mean/'))('$name', ({ input, expected }) => {
    const fit = clusterMean(input.d, input.cluster);
    const plain = clusterMean(input.d, input.cluster, { finiteClusters: false });
    if (!fit.defined || !plain.defined) throw new Error('undefined');
    expect(gap(fit.estimate, expected.mean)).toBeLessThan(1e-9);
    expect(gap(fit.seIndependent, expected.se_independent)).toBeLessThan(1e-9);
    expect(gap(fit.se, expected.se_clustered_with_factor)).toBeLessThan(1e-9);
    expect(gap(plain.se, expected.se_clustered_without_factor)).toBeLessThan(1e-9);
    expect(gap(fit.designEffect, expected.design_effect)).toBeLessThan(1e-9);
  });
});

describe('clusterMean', () => {
  it('is undefined for one cluster, for equal values and for equal cluster means', () => {
    expect(clusterMean([1, 2, 3], ['a', 'a', 'a'])).toMatchObject({ defined: false, reason: expect.stringContaining('two clusters') });
    expect(clusterMean([0.1, 0.1, 0.1], ['a', 'b', 'c'])).toMatchObject({ defined: false, reason: expect.stringContaining('same') });
    expect(clusterMean([1, -1, 1, -1], ['a', 'a', 'b', 'b'])).toMatchObject({ defined: false });
  });

  it('with one item a cluster is the ordinary t interval', () => {
    const fit = clusterMean([1, 2, 4, 9], [1, 2, 3, 4]);
    expect(fit.defined && fit.se).toBeCloseTo(Math.sqrt(12.666666666666666 / 4), 12);
    expect(fit.defined && fit.designEffect).toBeCloseTo(1, 12);
  });

  it('refuses labels that do not match', () => {
    expect(() => clusterMean([1, 2], ['a'])).toThrow('2 values but 1 cluster labels');
  });
});
