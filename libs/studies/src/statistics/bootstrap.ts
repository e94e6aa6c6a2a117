import { SextantError, type Interval } from '@sextant/schema';
import { mean, standardDeviation } from './moments';
import { normalCdf, normalQuantile } from './normal';
import { undefinedBecause, type Outcome } from './outcome';
import { quantileOfSorted } from './quantiles';
import type { RandomSource } from './random';

export interface BootstrapIntervals {
  estimate: number;
  /** Standard deviation of the resampled statistics. */
  se: number;
  percentile: Interval;
  basic: Interval;
  bca: Outcome<Interval & { bias: number; acceleration: number; levels: [number, number] }>;
}

/**
 * Intervals from resampled statistics (Efron and Tibshirani 1993, ch. 13–14).
 *
 * BCa: z0 = Φ⁻¹((#{t* < t} + #{t* ≤ t}) / 2B), acceleration a = Σd³ / (6 (Σd²)^1.5) with d the deviations of the
 * jackknife from its mean, levels Φ(z0 + (z0 + z) / (1 − a (z0 + z))); ends are type-7 quantiles. Undefined where
 * every resampled statistic lies on one side of the estimate, or the jackknife does not move.
 */
export function bootstrapIntervals(
  estimate: number,
  resampled: readonly number[],
  jackknife: readonly number[],
  level = 0.95,
): BootstrapIntervals {
  if (resampled.length < 2) throw new SextantError('INVALID_INPUT', `a bootstrap needs at least two resamples, got ${resampled.length}`);
  const sorted = Float64Array.from(resampled).sort();
  const tail = (1 - level) / 2;
  const lo = quantileOfSorted(sorted, tail);
  const hi = quantileOfSorted(sorted, 1 - tail);
  return {
    estimate,
    se: standardDeviation(resampled),
    percentile: { estimate, lo, hi },
    basic: { estimate, lo: 2 * estimate - hi, hi: 2 * estimate - lo },
    bca: biasCorrected(estimate, sorted, jackknife, level),
  };
}

function biasCorrected(estimate: number, sorted: Float64Array, jackknife: readonly number[], level: number): BootstrapIntervals['bca'] {
  const below = sorted.filter((value) => value < estimate).length;
  const upTo = sorted.filter((value) => value <= estimate).length;
  const bias = normalQuantile((below + upTo) / (2 * sorted.length));
  if (!Number.isFinite(bias)) return undefinedBecause('every resampled statistic lies on one side of the estimate');
  const centre = mean(jackknife);
  let squares = 0;
  let cubes = 0;
  for (const value of jackknife) {
    const deviation = centre - value;
    squares += deviation ** 2;
    cubes += deviation ** 3;
  }
  if (!(squares > 0)) return undefinedBecause('the statistic does not change when any one group is left out');
  const acceleration = cubes / (6 * squares ** 1.5);
  const levelAt = (q: number) => {
    const z = bias + normalQuantile(q);
    return normalCdf(bias + z / (1 - acceleration * z));
  };
  const levels: [number, number] = [levelAt((1 - level) / 2), levelAt((1 + level) / 2)];
  const [lo, hi] = [quantileOfSorted(sorted, levels[0]), quantileOfSorted(sorted, levels[1])];
  return { defined: true, estimate, lo, hi, bias, acceleration, levels };
}

export interface BootstrapOptions {
  rng: RandomSource;
  resamples?: number;
  level?: number;
}

/** Bootstrap of any statistic of a list; `statistic` gets the resampled values. */
export function bootstrap(
  values: readonly number[],
  statistic: (values: readonly number[]) => number,
  options: BootstrapOptions,
): BootstrapIntervals {
  return bootstrapGroups(values.map((value) => [value]), (groups) => statistic(groups.map(([value]) => value!)), options);
}

/**
 * Cluster bootstrap: whole clusters are drawn with replacement, and the jackknife leaves out whole clusters.
 * `statistic` gets the values of the drawn clusters, concatenated.
 */
export function clusterBootstrap(
  values: readonly number[],
  clusters: readonly (string | number)[],
  statistic: (values: readonly number[]) => number,
  options: BootstrapOptions,
): BootstrapIntervals {
  const groups = new Map<string | number, number[]>();
  clusters.forEach((cluster, i) => groups.set(cluster, [...(groups.get(cluster) ?? []), values[i]!]));
  return bootstrapGroups([...groups.values()], (drawn) => statistic(drawn.flat()), options);
}

function bootstrapGroups(
  groups: readonly number[][],
  statistic: (groups: readonly number[][]) => number,
  { rng, resamples = 2_000, level = 0.95 }: BootstrapOptions,
): BootstrapIntervals {
  if (groups.length < 2) throw new SextantError('INVALID_INPUT', `a bootstrap needs at least two groups, got ${groups.length}`);
  const resampled = Array.from({ length: resamples }, () => statistic(groups.map(() => groups[rng.int(groups.length)]!)));
  const jackknife = groups.map((_, left) => statistic(groups.filter((_, i) => i !== left)));
  return bootstrapIntervals(statistic(groups), resampled, jackknife, level);
}
