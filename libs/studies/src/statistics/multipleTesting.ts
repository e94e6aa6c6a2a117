import { SextantError } from '@sextant/schema';

/**
 * Adjusted p-values for families of tests, each in the order of its input: reject where the adjusted value is
 * at most α. An empty family gives an empty list.
 */
export type Adjustment = (p: readonly number[]) => number[];

interface Ranked {
  /** Ascending p-values. */
  sorted: number[];
  /** sorted[i] came from position order[i]. */
  order: number[];
}

function rank(p: readonly number[]): Ranked {
  p.forEach((value, i) => {
    if (!(value >= 0 && value <= 1)) throw new SextantError('INVALID_INPUT', `p-value ${i} of the family is ${value}, expected 0 to 1`, { value });
  });
  const order = p.map((_, i) => i).sort((a, b) => p[a]! - p[b]!);
  return { sorted: order.map((i) => p[i]!), order };
}

function restore(adjusted: readonly number[], order: readonly number[]): number[] {
  const result = new Array<number>(order.length);
  order.forEach((position, i) => (result[position] = Math.min(1, adjusted[i]!)));
  return result;
}

/** Running minimum from the largest p down: the step-up procedures. */
function stepUp(p: readonly number[], scale: (rank: number) => number): number[] {
  const { sorted, order } = rank(p);
  const adjusted = sorted.map((value, i) => value * scale(i + 1));
  for (let i = adjusted.length - 2; i >= 0; i--) adjusted[i] = Math.min(adjusted[i]!, adjusted[i + 1]!);
  return restore(adjusted, order);
}

/** Running maximum from the smallest p up: the step-down procedures. */
function stepDown(p: readonly number[], adjust: (value: number, rank: number) => number): number[] {
  const { sorted, order } = rank(p);
  const adjusted = sorted.map((value, i) => adjust(value, i + 1));
  for (let i = 1; i < adjusted.length; i++) adjusted[i] = Math.max(adjusted[i]!, adjusted[i - 1]!);
  return restore(adjusted, order);
}

/** Benjamini and Hochberg (1995): false discovery rate under independence or positive dependence. */
export const benjaminiHochberg: Adjustment = (p) => stepUp(p, (i) => p.length / i);

/** Benjamini and Yekutieli (2001): false discovery rate under any dependence. */
export const benjaminiYekutieli: Adjustment = (p) => {
  let harmonic = 0;
  for (let i = 1; i <= p.length; i++) harmonic += 1 / i;
  return stepUp(p, (i) => (harmonic * p.length) / i);
};

/** Family-wise error by the union bound. */
export const bonferroni: Adjustment = (p) => rank(p) && p.map((value) => Math.min(1, value * p.length));

/** Holm (1979): family-wise error under any dependence. */
export const holm: Adjustment = (p) => stepDown(p, (value, i) => value * (p.length - i + 1));

/** Holm with Šidák's factor: family-wise error under independence. */
export const holmSidak: Adjustment = (p) => stepDown(p, (value, i) => -Math.expm1((p.length - i + 1) * Math.log1p(-value)));

/** Hochberg (1988): family-wise error under independence or positive dependence. */
export const hochberg: Adjustment = (p) => stepUp(p, (i) => p.length - i + 1);

/** Hommel (1988), by Wright's algorithm (1992); uniformly more powerful than Hochberg's. */
export const hommel: Adjustment = (p) => {
  const { sorted, order } = rank(p);
  const m = sorted.length;
  const adjusted = sorted.slice();
  for (let size = m; size > 1; size--) {
    let smallest = Infinity;
    for (let i = m - size + 1; i < m; i++) smallest = Math.min(smallest, (size * sorted[i]!) / (size - m + i + 1));
    for (let i = m - size + 1; i < m; i++) adjusted[i] = Math.max(adjusted[i]!, smallest);
    for (let i = 0; i <= m - size; i++) adjusted[i] = Math.max(adjusted[i]!, Math.min(smallest, size * sorted[i]!));
  }
  return restore(adjusted, order);
};

/** Number of adjusted values at or below α. */
export const countRejected = (adjusted: readonly number[], alpha: number): number => adjusted.filter((value) => value <= alpha).length;

/**
 * Two-stage procedure of Benjamini, Krieger and Yekutieli (2006): the first stage's rejections estimate how many
 * hypotheses are null, the second tests with that. The adjusted values depend on α. `stage` 'bky' runs both stages
 * at α / (1 + α), which controls the rate; 'bh' runs them at α, as statsmodels' `fdr_tsbh` does.
 */
export function twoStage(p: readonly number[], alpha: number, stage: 'bh' | 'bky' = 'bky'): number[] {
  const factor = stage === 'bky' ? 1 + alpha : 1;
  const first = benjaminiHochberg(p);
  const rejected = countRejected(first, alpha / factor);
  const share = rejected === 0 || rejected === p.length ? 1 : (p.length - rejected) / p.length;
  return first.map((value) => Math.min(1, value * share * factor));
}
