import { SextantError } from '@sextant/schema';
import { mean, squaredDeviations, standardDeviation, sum } from './moments';
import { undefinedBecause, type Outcome } from './outcome';
import { studentise, type Studentised, type TestOptions } from './studentised';

export interface ClusterOptions extends TestOptions {
  /** Multiply the variance by G/(G−1) · (N−1)/(N−K); K is 1 for a mean. Default true. */
  finiteClusters?: boolean;
}

export interface ClusterMean extends Studentised {
  n: number;
  clusters: number;
  /** Standard error if the items were independent (sd / √n). */
  seIndependent: number;
  /** Variance of the mean over what it would be for independent items: Σ_g (Σ e)² / Σ e². */
  designEffect: number;
}

/** Sums of `values` within each cluster, in the order in which the clusters first appear. */
export function clusterSums(values: readonly number[], clusters: readonly (string | number)[]): number[] {
  if (values.length !== clusters.length) {
    throw new SextantError('INVALID_INPUT', `${values.length} values but ${clusters.length} cluster labels`);
  }
  const groups = new Map<string | number, number[]>();
  clusters.forEach((cluster, i) => {
    const group = groups.get(cluster);
    if (group) group.push(values[i]!);
    else groups.set(cluster, [values[i]!]);
  });
  return [...groups.values()].map(sum);
}

/**
 * Mean of `values` with a cluster-robust standard error (Liang–Zeger, the intercept-only case) and t with
 * G − 1 degrees of freedom: se² = [G/(G−1)] Σ_g (Σ_{i∈g} (d_i − d̄))² / n².
 * Undefined below two clusters, and when every value is the same.
 */
export function clusterMean(values: readonly number[], clusters: readonly (string | number)[], options: ClusterOptions = {}): Outcome<ClusterMean> {
  const n = values.length;
  const estimate = mean(values);
  const centred = clusterSums(values.map((value) => value - estimate), clusters);
  const count = centred.length;
  if (count < 2) return undefinedBecause(`a cluster-robust interval needs at least two clusters, here are ${count}`);
  const squares = squaredDeviations(values);
  if (squares === 0) return undefinedBecause('every value is the same, so the standard error is 0');
  const between = sum(centred.map((value) => value * value));
  if (!(between > 0)) return undefinedBecause('every cluster has the same mean, so the cluster-robust standard error is 0');
  const factor = (options.finiteClusters ?? true) ? count / (count - 1) : 1;
  return {
    defined: true,
    ...studentise(estimate, Math.sqrt(between * factor) / n, count - 1, options),
    n,
    clusters: count,
    seIndependent: standardDeviation(values) / Math.sqrt(n),
    designEffect: between / squares,
  };
}

export interface ClusterDifference extends Studentised {
  n: number;
  clusters: number;
  seIntercept: number;
}

/**
 * Difference of the means of treated and untreated items (unpaired), with cluster-robust standard errors:
 * the sandwich estimator of the regression y = α + β·treated.
 */
export function clusterDifference(
  y: readonly number[],
  treated: readonly number[],
  clusters: readonly (string | number)[],
  options: ClusterOptions = {},
): Outcome<ClusterDifference> {
  const n = y.length;
  const on = y.filter((_, i) => treated[i] === 1);
  const off = y.filter((_, i) => treated[i] !== 1);
  if (on.length === 0 || off.length === 0) return undefinedBecause('one of the two groups is empty');
  const intercept = mean(off);
  const difference = mean(on) - intercept;
  const residual = y.map((value, i) => value - intercept - (treated[i] === 1 ? difference : 0));
  // With X = [1, treated], (X'X)⁻¹X' maps the residuals to influence functions of the two coefficients.
  const interceptInfluence = clusterSums(residual.map((e, i) => (treated[i] === 1 ? 0 : e / off.length)), clusters);
  const differenceInfluence = clusterSums(residual.map((e, i) => (treated[i] === 1 ? e / on.length : -e / off.length)), clusters);
  const count = interceptInfluence.length;
  if (count < 2) return undefinedBecause(`a cluster-robust interval needs at least two clusters, here are ${count}`);
  const factor = (options.finiteClusters ?? true) ? (count / (count - 1)) * ((n - 1) / (n - 2)) : 1;
  const se = Math.sqrt(factor * sum(differenceInfluence.map((value) => value * value)));
  if (!(se > 0)) return undefinedBecause('the residuals sum to 0 in every cluster, so the standard error is 0');
  const seIntercept = Math.sqrt(factor * sum(interceptInfluence.map((value) => value * value)));
  return { defined: true, ...studentise(difference, se, count - 1, options), n, clusters: count, seIntercept };
}
