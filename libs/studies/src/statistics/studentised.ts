import type { Interval } from '@sextant/schema';
import { tQuantile, tSf, tCdf } from './studentT';

export type Alternative = 'two-sided' | 'less' | 'greater';

export interface TestOptions {
  /** Value under the null hypothesis. */
  mu?: number;
  alternative?: Alternative;
  /** Confidence level of the interval; one-sided alternatives have one infinite end. */
  level?: number;
}

export interface Studentised extends Interval {
  se: number;
  df: number;
  t: number;
  p: number;
}

/** Test and interval of an estimate whose error is t distributed: (estimate − mu) / se on `df` degrees of freedom. */
export function studentise(estimate: number, se: number, df: number, options: TestOptions = {}): Studentised {
  const { mu = 0, alternative = 'two-sided', level = 0.95 } = options;
  const t = (estimate - mu) / se;
  if (alternative === 'less') return { estimate, se, df, t, p: tCdf(t, df), lo: -Infinity, hi: estimate + tQuantile(level, df) * se };
  if (alternative === 'greater') return { estimate, se, df, t, p: tSf(t, df), lo: estimate - tQuantile(level, df) * se, hi: Infinity };
  const half = -tQuantile((1 - level) / 2, df) * se;
  return { estimate, se, df, t, p: 2 * tSf(Math.abs(t), df), lo: estimate - half, hi: estimate + half };
}
