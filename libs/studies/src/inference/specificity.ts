import type { Interval } from '@sextant/schema';
import { clusterMean, mean, tQuantile, variance } from '../statistics';

/**
 * Specificity: the effect less the mean effect of its controls, on the same items, with an interval that carries both
 * sources of error, items (cluster-robust) and the draw of the controls (variance between their effects over their
 * number), with Satterthwaite's degrees of freedom. `controls` holds each control's differences in the order of `differences`.
 */
export function specificity(
  differences: readonly number[],
  controls: readonly (readonly number[])[],
  clusters: readonly string[],
  alpha: number,
): Interval {
  const excess = differences.map((value, i) => value - (controls.length === 0 ? 0 : mean(controls.map((control) => control[i]!))));
  const estimate = mean(excess);
  const fit = clusterMean(excess, clusters);
  if (!fit.defined) return { estimate, lo: estimate, hi: estimate };
  const drawn = controls.length > 1 ? variance(controls.map(mean)) / controls.length : 0;
  const items = fit.se ** 2;
  const df = (items + drawn) ** 2 / (items ** 2 / fit.df + (drawn > 0 ? drawn ** 2 / (controls.length - 1) : 0));
  const half = -tQuantile(alpha / 2, df) * Math.sqrt(items + drawn);
  return { estimate, lo: estimate - half, hi: estimate + half };
}
