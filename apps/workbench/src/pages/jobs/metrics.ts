import type { MetricPoint } from '@sextant/schema';
import { fixed, magnitude, percent, type Series } from '@sextant/ui';

interface MetricLook {
  name: string;
  log?: boolean;
  share?: boolean;
}

/** How metrics of the trainers are named and drawn; any other keeps its own name on a linear axis. */
const looks: Record<string, MetricLook> = {
  loss: { name: 'loss', log: true },
  mse: { name: 'normalised MSE', log: true },
  normalisedMse: { name: 'normalised MSE', log: true },
  explainedVariance: { name: 'explained variance' },
  l0: { name: 'L0' },
  deadShare: { name: 'dead features', share: true },
  ceRecovered: { name: 'CE recovered' },
  learningRate: { name: 'learning rate' },
};

export function metricLook(metric: string): MetricLook {
  return looks[metric] ?? { name: metric };
}

export function metricValue(metric: string, value: number): string {
  if (metricLook(metric).share) return percent(value);
  return Number.isInteger(value) ? fixed(value, 0) : Math.abs(value) < 1 ? fixed(value, 3) : magnitude(value);
}

/** Points by metric, in the order metrics first appeared, each thinned to what a chart can show. */
export function curvesOf(points: readonly MetricPoint[], most = 400): Map<string, Series['points']> {
  const all = new Map<string, { x: number; y: number }[]>();
  for (const { name, step, value } of points) {
    const curve = all.get(name);
    if (curve) curve.push({ x: step, y: value });
    else all.set(name, [{ x: step, y: value }]);
  }
  for (const [name, curve] of all) all.set(name, thin(curve, most));
  return all;
}

/** Every n-th point, and always the last. */
export function thin<P>(points: P[], most: number): P[] {
  if (points.length <= most) return points;
  const step = Math.ceil(points.length / most);
  return points.filter((_, index) => index % step === 0 || index === points.length - 1);
}
