import { Rng } from '@sextant/compute';
import { clusterMean, clusterSignFlip, mean } from '../statistics';

/** Mean of paired differences with its inference. `se` is 0 and both ends equal the estimate where no interval is defined. */
export interface PairedEffect {
  n: number;
  clusters: number;
  estimate: number;
  se: number;
  lo: number;
  hi: number;
  /** Cluster sign-flip permutation, two-sided. */
  p: number;
  designEffect: number;
  /** Why there is no interval; null when there is one. */
  undefinedReason: string | null;
  method: string;
}

export interface PairedEffectOptions {
  alpha: number;
  /** Seed and label of the random sign patterns; used above 16 clusters. */
  seed: number;
  label: string;
  /** Random sign patterns drawn where there are too many to enumerate. Default 9,999. */
  draws?: number;
}

/**
 * Paired differences of clustered items: cluster-robust t interval (G − 1 degrees of freedom, finite-cluster factor) and
 * the p-value of flipping whole clusters' signs. Where the items leave the standard error undefined (one cluster, equal
 * values) there is no interval and `undefinedReason` says why; the permutation p is always defined.
 */
export function pairedEffect(differences: readonly number[], clusters: readonly string[], options: PairedEffectOptions): PairedEffect {
  const { alpha, seed, label, draws = 9_999 } = options;
  const rng = new Rng(seed).fork(`sign flips ${label}`);
  const flips = clusterSignFlip(differences, clusters, { rng, draws });
  const fit = clusterMean(differences, clusters, { level: 1 - alpha });
  const count = new Set(clusters).size;
  const patterns = flips.exact ? `all ${flips.patterns} patterns` : `${flips.patterns - 1} random patterns`;
  const permutation = `p by cluster sign flips (${patterns})`;
  if (!fit.defined) {
    const estimate = mean(differences);
    const method = `no interval: ${fit.reason}; ${permutation}`;
    return {
      ...{ n: differences.length, clusters: count, estimate, se: 0, lo: estimate, hi: estimate, p: flips.p, designEffect: 1 },
      undefinedReason: fit.reason,
      method,
    };
  }
  const { n, estimate, se, lo, hi, designEffect } = fit;
  const method = `cluster-robust t interval, ${count} clusters; ${permutation}`;
  return { n, clusters: count, estimate, se, lo, hi, p: flips.p, designEffect, undefinedReason: null, method };
}
