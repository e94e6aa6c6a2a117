import type { Interval } from '@sextant/schema';
import { crossProduct, gram, invertPositive, multiply } from './linearAlgebra';
import { undefinedBecause, type Outcome } from './outcome';
import { tQuantile } from './studentT';

export interface NonlinearFit {
  parameters: number[];
  se: number[];
  /** σ² (JᵀJ)⁻¹ with σ² = rss / (n − parameters). */
  covariance: number[][];
  rss: number;
  df: number;
  sigma: number;
  /** t intervals of the parameters. */
  intervals: Interval[];
}

export interface NonlinearProblem {
  x: readonly number[];
  y: readonly number[];
  start: readonly number[];
  model: (x: number, parameters: readonly number[]) => number;
  /** ∂model/∂parameters at one x. */
  gradient: (x: number, parameters: readonly number[]) => number[];
  level?: number;
}

/**
 * Non-linear least squares by Levenberg and Marquardt's method with Marquardt's scaling.
 * Undefined with too few points, or when the data do not determine the parameters (JᵀJ singular, no convergence).
 */
export function nonlinearLeastSquares({ x, y, start, model, gradient, level = 0.95 }: NonlinearProblem): Outcome<NonlinearFit> {
  const df = x.length - start.length;
  if (df < 1) return undefinedBecause(`${start.length} parameters need at least ${start.length + 1} points, here are ${x.length}`);
  const residuals = (parameters: readonly number[]) => y.map((value, i) => value - model(x[i]!, parameters));
  const squares = (values: readonly number[]) => values.reduce((total, value) => total + value * value, 0);
  let parameters = [...start];
  let current = residuals(parameters);
  let rss = squares(current);
  let damping = 1e-3;
  let converged = false;
  for (let iteration = 0; iteration < 1_000 && !converged; iteration++) {
    const jacobian = x.map((value) => gradient(value, parameters));
    const normal = gram(jacobian);
    const slope = crossProduct(jacobian, current);
    const damped = normal.map((row, i) => row.map((value, j) => (i === j ? value * (1 + damping) : value)));
    const inverse = invertPositive(damped);
    if (!inverse.defined) {
      if (damping > 1e12) return undefinedBecause('the data do not determine the parameters of the curve');
      damping *= 10;
      continue;
    }
    const step = multiply(inverse.inverse, slope);
    const tried = parameters.map((value, i) => value + step[i]!);
    const triedResiduals = residuals(tried);
    const triedRss = squares(triedResiduals);
    const small = step.every((value, i) => Math.abs(value) <= 1e-12 * (Math.abs(parameters[i]!) + 1e-12));
    if (triedRss <= rss) {
      parameters = tried;
      current = triedResiduals;
      rss = triedRss;
      damping = Math.max(damping / 10, 1e-15);
    } else {
      damping *= 10;
    }
    converged = small || damping > 1e15;
  }
  if (!converged) return undefinedBecause('the fit did not converge');
  const information = invertPositive(gram(x.map((value) => gradient(value, parameters))));
  if (!information.defined) return undefinedBecause('the data do not determine the parameters of the curve');
  const variance = rss / df;
  const covariance = information.inverse.map((row) => row.map((value) => value * variance));
  const se = covariance.map((row, i) => Math.sqrt(row[i]!));
  const t = -tQuantile((1 - level) / 2, df);
  const intervals = parameters.map((estimate, i) => ({ estimate, lo: estimate - t * se[i]!, hi: estimate + t * se[i]! }));
  return { defined: true, parameters, se, covariance, rss, df, sigma: Math.sqrt(variance), intervals };
}
