import { SextantError, type Interval } from '@sextant/schema';
import { nonlinearLeastSquares, type NonlinearFit } from './leastSquares';
import { mean, squaredDeviations, sum } from './moments';
import { undefinedBecause, type Outcome } from './outcome';
import { tQuantile, tSf } from './studentT';

export interface PowerLawFit {
  /** b of y = A x^b. */
  exponent: Interval & { se: number };
  logPrefactor: Interval & { se: number };
  prefactor: number;
  p: number;
  rSquared: number;
  residualSd: number;
  df: number;
  /** Prediction at x: interval of the mean, and of one new observation; t on the log scale, exponentiated. */
  predict: (x: number) => { mean: Interval; observation: Interval };
}

/** Straight line through (ln x, ln y). @throws SextantError INVALID_INPUT for values that are not positive. */
export function fitPowerLaw(x: readonly number[], y: readonly number[], level = 0.95): Outcome<PowerLawFit> {
  const bad = [...x, ...y].find((value) => !(value > 0));
  if (bad !== undefined) throw new SextantError('INVALID_INPUT', `a power law needs positive values, got ${bad}`);
  const df = x.length - 2;
  if (df < 1) return undefinedBecause(`a power law with an interval needs at least three points, here are ${x.length}`);
  const lx = x.map(Math.log);
  const ly = y.map(Math.log);
  const [cx, cy] = [mean(lx), mean(ly)];
  const sxx = squaredDeviations(lx);
  if (sxx === 0) return undefinedBecause('every x is the same');
  const slope = sum(lx.map((value, i) => (value - cx) * (ly[i]! - cy))) / sxx;
  const intercept = cy - slope * cx;
  const rss = sum(lx.map((value, i) => (ly[i]! - cy - slope * (value - cx)) ** 2));
  const variance = rss / df;
  const t = -tQuantile((1 - level) / 2, df);
  const around = (estimate: number, se: number) => ({ estimate, lo: estimate - t * se, hi: estimate + t * se, se });
  const seSlope = Math.sqrt(variance / sxx);
  const exponentiate = ({ estimate, lo, hi }: Interval): Interval => ({ estimate: Math.exp(estimate), lo: Math.exp(lo), hi: Math.exp(hi) });
  return {
    defined: true,
    exponent: around(slope, seSlope),
    logPrefactor: around(intercept, Math.sqrt(variance * (1 / x.length + (cx * cx) / sxx))),
    prefactor: Math.exp(intercept),
    p: 2 * tSf(Math.abs(slope) / seSlope, df),
    rSquared: 1 - rss / squaredDeviations(ly),
    residualSd: Math.sqrt(variance),
    df,
    predict: (at) => {
      const offset = Math.log(at) - cx;
      const leverage = 1 / x.length + (offset * offset) / sxx;
      const estimate = cy + slope * offset;
      return {
        mean: exponentiate(around(estimate, Math.sqrt(variance * leverage))),
        observation: exponentiate(around(estimate, Math.sqrt(variance * (1 + leverage)))),
      };
    },
  };
}

/** y = E + A x^−α with an irreducible part E; parameters in the order E, ln A, α. */
export function fitIrreduciblePowerLaw(x: readonly number[], y: readonly number[], start: readonly number[]): Outcome<NonlinearFit> {
  const power = (at: number, logA: number, alpha: number) => Math.exp(logA - alpha * Math.log(at));
  return nonlinearLeastSquares({
    x,
    y,
    start,
    model: (at, [floor, logA, alpha]) => floor! + power(at, logA!, alpha!),
    gradient: (at, [, logA, alpha]) => [1, power(at, logA!, alpha!), -Math.log(at) * power(at, logA!, alpha!)],
  });
}
