import { SextantError } from '@sextant/schema';
import { mean, squaredDeviations, standardDeviation, variance } from './moments';
import { undefinedBecause, type Outcome } from './outcome';
import { logGamma } from './special';
import { studentise, type Studentised, type TestOptions } from './studentised';

export interface OneSampleT extends Studentised {
  n: number;
  sd: number;
  /** Cohen's d: (mean − mu) / sd. For paired data this is d_z. */
  standardised: number;
}

/** Student's t test of the mean of `x` against `mu`. Undefined below two values and when every value is the same. */
export function oneSampleT(x: readonly number[], options: TestOptions = {}): Outcome<OneSampleT> {
  if (x.length < 2) return undefinedBecause(`a t test needs at least two values, here are ${x.length}`);
  const sd = standardDeviation(x);
  if (sd === 0) return undefinedBecause('every value is the same, so the standard error is 0');
  const estimate = mean(x);
  const test = studentise(estimate, sd / Math.sqrt(x.length), x.length - 1, options);
  return { defined: true, n: x.length, sd, standardised: (estimate - (options.mu ?? 0)) / sd, ...test };
}

/** t test of the paired differences b − a. @throws SextantError INVALID_INPUT when the lengths differ. */
export function pairedT(a: readonly number[], b: readonly number[], options: TestOptions = {}): Outcome<OneSampleT> {
  if (a.length !== b.length) throw new SextantError('INVALID_INPUT', `paired samples differ in length: ${a.length} and ${b.length}`);
  return oneSampleT(b.map((value, i) => value - a[i]!), options);
}

export interface TwoSampleT extends Studentised {
  /** Cohen's d with the pooled standard deviation. */
  cohenD: number;
  /** d times the exact small-sample factor Γ(df/2) / (Γ((df−1)/2) √(df/2)). */
  hedgesG: number;
  /** d times 1 − 3 / (4 df − 1), as many programs print it. */
  hedgesGApproximate: number;
}

/** t test of mean(b) − mean(a): Welch's, or Student's with `equalVariance`. */
export function twoSampleT(
  a: readonly number[],
  b: readonly number[],
  { equalVariance = false, ...options }: TestOptions & { equalVariance?: boolean } = {},
): Outcome<TwoSampleT> {
  if (a.length < 2 || b.length < 2) return undefinedBecause(`a two-sample t test needs two values a side, here are ${a.length} and ${b.length}`);
  const pooledDf = a.length + b.length - 2;
  const pooledSd = Math.sqrt((squaredDeviations(a) + squaredDeviations(b)) / pooledDf);
  if (pooledSd === 0) return undefinedBecause('both samples are constant, so the standard error is 0');
  const ua = variance(a) / a.length;
  const ub = variance(b) / b.length;
  const welchDf = (ua + ub) ** 2 / (ua ** 2 / (a.length - 1) + ub ** 2 / (b.length - 1));
  const se = equalVariance ? pooledSd * Math.sqrt(1 / a.length + 1 / b.length) : Math.sqrt(ua + ub);
  const difference = mean(b) - mean(a);
  const cohenD = difference / pooledSd;
  const shrink = Math.exp(logGamma(pooledDf / 2) - logGamma((pooledDf - 1) / 2)) / Math.sqrt(pooledDf / 2);
  return {
    defined: true,
    ...studentise(difference, se, equalVariance ? pooledDf : welchDf, options),
    cohenD,
    hedgesG: cohenD * shrink,
    hedgesGApproximate: cohenD * (1 - 3 / (4 * pooledDf - 1)),
  };
}
