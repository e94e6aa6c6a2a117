import { crossProduct, gram, invertPositive, multiply } from './linearAlgebra';
import { normalSf } from './normal';
import { undefinedBecause, type Outcome } from './outcome';

export interface LogisticFit {
  /** Intercept first. */
  coefficients: number[];
  /** From the inverse of the (penalised) Hessian. */
  se: number[];
  /** H⁻¹ I H⁻¹ with I the unpenalised information: smaller than `se` under a penalty, equal without. */
  seSandwich: number[];
  z: number[];
  p: number[];
  /** Without the penalty. */
  logLikelihood: number;
  nullLogLikelihood: number;
  /** McFadden's. */
  pseudoR2: number;
}

/**
 * Logistic regression by Newton's method, with penalty λ/2 Σ β² (the intercept is free; scikit-learn's C is 1/λ).
 * `rows` come without an intercept column. Undefined for one class only, for dependent columns, and when without a
 * penalty the classes are separated, because the likelihood then has no finite maximum.
 */
export function logisticRegression(rows: readonly (readonly number[])[], y: readonly number[], lambda = 0): Outcome<LogisticFit> {
  const positives = y.filter((value) => value === 1).length;
  if (positives === 0 || positives === y.length) return undefinedBecause('only one of the two outcomes occurs');
  const design = rows.map((row) => [1, ...row]);
  const width = design[0]!.length;
  let beta = new Array<number>(width).fill(0);
  const penalty = beta.map((_, i) => (i === 0 ? 0 : lambda));
  const likelihood = (at: readonly number[]) =>
    multiply(design, at).reduce((total, eta, i) => total - softplus(y[i] === 1 ? -eta : eta), 0);
  const objective = (at: readonly number[]) => likelihood(at) - at.reduce((total, value, i) => total + (penalty[i]! * value * value) / 2, 0);
  for (let iteration = 0; iteration < 100; iteration++) {
    const eta = multiply(design, beta);
    if (lambda === 0 && eta.every((value, i) => (y[i] === 1 ? value > 0 : value < 0))) {
      return undefinedBecause('the outcomes are perfectly separated: the likelihood has no finite maximum');
    }
    const mu = eta.map(sigmoid);
    const slope = crossProduct(design, y.map((value, i) => value - mu[i]!)).map((value, i) => value - penalty[i]! * beta[i]!);
    const information = gram(design, mu.map((value) => value * (1 - value)));
    const hessian = information.map((row, i) => row.map((value, j) => (i === j ? value + penalty[i]! : value)));
    const inverted = invertPositive(hessian);
    if (!inverted.defined) return undefinedBecause('the columns depend on each other, or the outcomes are nearly separated');
    const step = multiply(inverted.inverse, slope);
    if (step.every((value) => Math.abs(value) < 1e-12)) return summarise(beta, inverted.inverse, information, likelihood(beta), positives, y.length);
    let size = 1;
    const before = objective(beta);
    while (size > 1e-10 && objective(beta.map((value, i) => value + size * step[i]!)) < before - 1e-12 * Math.abs(before)) size /= 2;
    beta = beta.map((value, i) => value + size * step[i]!);
  }
  return undefinedBecause('the likelihood has no finite maximum, or it was not reached in 100 steps');
}

function summarise(
  coefficients: number[],
  inverse: readonly number[][],
  information: readonly number[][],
  logLikelihood: number,
  positives: number,
  n: number,
): Outcome<LogisticFit> {
  const se = inverse.map((row, i) => Math.sqrt(row[i]!));
  const seSandwich = inverse.map((row) => Math.sqrt(row.reduce((total, value, j) => total + value * multiply(information, row)[j]!, 0)));
  const z = coefficients.map((value, i) => value / se[i]!);
  const share = positives / n;
  const nullLogLikelihood = positives * Math.log(share) + (n - positives) * Math.log1p(-share);
  return {
    defined: true,
    coefficients,
    se,
    seSandwich,
    z,
    p: z.map((value) => 2 * normalSf(Math.abs(value))),
    logLikelihood,
    nullLogLikelihood,
    pseudoR2: 1 - logLikelihood / nullLogLikelihood,
  };
}

const sigmoid = (eta: number): number => (eta >= 0 ? 1 / (1 + Math.exp(-eta)) : Math.exp(eta) / (1 + Math.exp(eta)));

/** log(1 + e^x). */
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
