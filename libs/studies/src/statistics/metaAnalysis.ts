import type { Interval } from '@sextant/schema';
import { chiSquareSf } from './chiSquare';
import { sum } from './moments';
import { normalQuantile, normalSf } from './normal';
import { undefinedBecause, type Outcome } from './outcome';
import { tQuantile } from './studentT';

export interface MetaAnalysis {
  fixed: { mean: number; se: number };
  /** Cochran's Q and its χ² p with m − 1 degrees of freedom. */
  q: number;
  qP: number;
  /** Between-study variance (DerSimonian and Laird 1986), truncated at 0. */
  tau2: number;
  i2: number;
  random: Interval & { se: number; z: number; p: number };
  /** Hartung and Knapp's (2001) interval of the random-effects mean: t with m − 1 degrees of freedom. */
  hartungKnapp: Interval & { se: number };
  /** Where the next study's true effect is expected; null below three studies. */
  prediction: Interval | null;
}

/** Pools estimates with known variances. Undefined below two studies. */
export function metaAnalysis(effects: readonly number[], variances: readonly number[], level = 0.95): Outcome<MetaAnalysis> {
  const m = effects.length;
  if (m < 2) return undefinedBecause(`a meta-analysis needs at least two studies, here are ${m}`);
  const weights = variances.map((value) => 1 / value);
  const total = sum(weights);
  const pooled = (w: readonly number[]) => sum(effects.map((effect, i) => effect * w[i]!)) / sum(w);
  const fixed = pooled(weights);
  const q = sum(effects.map((effect, i) => weights[i]! * (effect - fixed) ** 2));
  const tau2 = Math.max(0, (q - (m - 1)) / (total - sum(weights.map((w) => w * w)) / total));
  const random = variances.map((value) => 1 / (value + tau2));
  const estimate = pooled(random);
  const se = Math.sqrt(1 / sum(random));
  const tail = (1 - level) / 2;
  const around = (half: number) => ({ estimate, lo: estimate - half, hi: estimate + half });
  const hkSe = Math.sqrt(sum(effects.map((effect, i) => random[i]! * (effect - estimate) ** 2)) / ((m - 1) * sum(random)));
  return {
    defined: true,
    fixed: { mean: fixed, se: Math.sqrt(1 / total) },
    q,
    qP: chiSquareSf(q, m - 1),
    tau2,
    i2: q > 0 ? Math.max(0, (q - (m - 1)) / q) : 0,
    random: { ...around(-normalQuantile(tail) * se), se, z: estimate / se, p: 2 * normalSf(Math.abs(estimate / se)) },
    hartungKnapp: { ...around(-tQuantile(tail, m - 1) * hkSe), se: hkSe },
    prediction: m > 2 ? around(-tQuantile(tail, m - 2) * Math.sqrt(tau2 + se * se)) : null,
  };
}
