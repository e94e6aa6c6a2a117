import { clusterMean, type ClusterOptions } from './clusterRobust';
import type { Outcome } from './outcome';
import { studentise, type Studentised } from './studentised';
import { oneSampleT, twoSampleT } from './tTests';

export interface Equivalence {
  /** Larger of the two one-sided p-values: below α, the effect lies within the margins. */
  p: number;
  /** Test of mean ≤ −margin against mean > −margin; this alone is the non-inferiority test. */
  lower: { t: number; p: number; df: number };
  /** Test of mean ≥ +margin against mean < margin. */
  upper: { t: number; p: number; df: number };
  /** Interval of level 1 − 2α; it lies inside the margins exactly when p < α. */
  lo: number;
  hi: number;
}

/** Two one-sided tests (Schuirmann 1987) of an estimate with t-distributed error against ±margin. */
export function twoOneSided({ estimate, se, df }: Pick<Studentised, 'estimate' | 'se' | 'df'>, margin: number, alpha = 0.05): Equivalence {
  const lower = studentise(estimate, se, df, { mu: -margin, alternative: 'greater' });
  const upper = studentise(estimate, se, df, { mu: margin, alternative: 'less' });
  const { lo, hi } = studentise(estimate, se, df, { level: 1 - 2 * alpha });
  return {
    p: Math.max(lower.p, upper.p),
    lower: { t: lower.t, p: lower.p, df },
    upper: { t: upper.t, p: upper.p, df },
    lo,
    hi,
  };
}

/** Equivalence of paired samples: is mean(b − a) within ±margin? */
export function pairedEquivalence(a: readonly number[], b: readonly number[], margin: number, alpha = 0.05): Outcome<Equivalence> {
  const test = oneSampleT(b.map((value, i) => value - a[i]!));
  return test.defined ? { defined: true, ...twoOneSided(test, margin, alpha) } : test;
}

/** Equivalence of two independent samples: is mean(b) − mean(a) within ±margin? */
export function independentEquivalence(
  a: readonly number[],
  b: readonly number[],
  margin: number,
  { alpha = 0.05, equalVariance = false } = {},
): Outcome<Equivalence> {
  const test = twoSampleT(a, b, { equalVariance });
  return test.defined ? { defined: true, ...twoOneSided(test, margin, alpha) } : test;
}

/** Equivalence of paired differences whose errors are shared within clusters. */
export function clusterEquivalence(
  differences: readonly number[],
  clusters: readonly (string | number)[],
  margin: number,
  { alpha = 0.05, ...options }: ClusterOptions & { alpha?: number } = {},
): Outcome<Equivalence> {
  const test = clusterMean(differences, clusters, options);
  return test.defined ? { defined: true, ...twoOneSided(test, margin, alpha) } : test;
}
