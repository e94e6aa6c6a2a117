import { describe, expect, it } from 'vitest';
import { gap, largestGap, referenceCases, referenceMissing } from '../testing/referenceValues';
import { logisticRegression } from './logistic';
import { auroc } from './mannWhitney';

interface Unpenalised {
  coefficients: number[];
  se: number[];
  z: number[];
  p: number[];
  log_likelihood: number;
  null_log_likelihood: number;
  pseudo_r2: number;
  auroc: number;
}
interface Penalised {
  coefficients: number[];
  se_inverse_penalised_hessian?: number[];
  se_sandwich?: number[];
  log_likelihood_without_penalty?: number;
}
type Expected = { unpenalised: Unpenalised | string; [penalty: `l2_lambda_${number}`]: Penalised };

/** `logistic_regression.json` states 1e-7 relative, 1e-9 absolute. */
describe.skipIf(referenceMissing)('logistic regression against statsmodels', () => {
  it.each(referenceCases<{ X_without_intercept: number[][]; y: number[] }, Expected>('logistic_regression'))('$name', ({ input, expected }) => {
    const rows = input.X_without_intercept;
    const free = logisticRegression(rows, input.y);
    const reference = expected.unpenalised;
    if (typeof reference === 'string') expect(free).toMatchObject({ defined: false, reason: expect.stringContaining('no finite maximum') });
    else {
      if (!free.defined) throw new Error(free.reason);
      for (const key of ['coefficients', 'se', 'z', 'p'] as const) expect(largestGap(free[key], reference[key], 1e-9), key).toBeLessThan(1e-7);
      expect(largestGap(free.seSandwich, free.se)).toBeLessThan(1e-9);
      const fits = [free.logLikelihood, free.nullLogLikelihood, free.pseudoR2];
      expect(largestGap(fits, [reference.log_likelihood, reference.null_log_likelihood, reference.pseudo_r2])).toBeLessThan(1e-7);
      const score = rows.map((row) => row.reduce((total, value, i) => total + value * free.coefficients[i + 1]!, 0));
      const area = auroc(score.filter((_, i) => input.y[i] === 1), score.filter((_, i) => input.y[i] === 0));
      expect(area.defined && gap(area.value, reference.auroc)).toBeLessThan(1e-9);
    }
    for (const key of Object.keys(expected).filter((key): key is `l2_lambda_${number}` => key.startsWith('l2_lambda_'))) {
      const penalised = expected[key]!;
      const fit = logisticRegression(rows, input.y, Number(key.slice('l2_lambda_'.length)));
      if (!fit.defined) throw new Error(fit.reason);
      expect(largestGap(fit.coefficients, penalised.coefficients, 1e-9), key).toBeLessThan(1e-7);
      if (!penalised.se_sandwich) continue;
      expect(largestGap(fit.se, penalised.se_inverse_penalised_hessian!, 1e-9)).toBeLessThan(1e-7);
      expect(largestGap(fit.seSandwich, penalised.se_sandwich, 1e-9)).toBeLessThan(1e-7);
      expect(gap(fit.logLikelihood, penalised.log_likelihood_without_penalty!)).toBeLessThan(1e-7);
    }
  });
});

describe('undefined logistic fits', () => {
  it('one class only, and a column that repeats another', () => {
    expect(logisticRegression([[1], [2]], [1, 1])).toMatchObject({ defined: false });
    const doubled = logisticRegression([[1, 2], [2, 4], [3, 6], [0, 0]], [0, 1, 0, 1]);
    expect(doubled).toMatchObject({ defined: false, reason: expect.stringContaining('depend') });
  });
});
