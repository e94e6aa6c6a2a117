import type { Interval } from '@sextant/schema';
import { clusterMean, wilson } from '../statistics';

/**
 * Share of flagged items with Wilson's interval on the effective number of items, n / max(1, design effect): items of
 * one cluster are not independent, and an interval for n independent ones would be too short.
 */
export function clusterProportion(flags: readonly boolean[], clusters: readonly string[], level: number): Interval {
  const values = flags.map(Number);
  const fit = clusterMean(values, clusters);
  const effective = values.length / (fit.defined ? Math.max(1, fit.designEffect) : 1);
  const share = values.reduce((total, value) => total + value, 0) / values.length;
  return wilson(share * effective, effective, level);
}
