import { describe, expect, it } from 'vitest';
import { curvesOf, metricLook, metricValue, thin } from './metrics';

describe('metrics', () => {
  it('groups points by metric and keeps their order', () => {
    const curves = curvesOf([{ name: 'loss', step: 1, value: 3 }, { name: 'l0', step: 1, value: 24 }, { name: 'loss', step: 2, value: 2 }]);
    expect([...curves.keys()]).toEqual(['loss', 'l0']);
    expect(curves.get('loss')).toEqual([{ x: 1, y: 3 }, { x: 2, y: 2 }]);
  });
  it('thins long curves and always keeps the last point', () => {
    const points = Array.from({ length: 1001 }, (_, index) => index);
    const kept = thin(points, 100);
    expect(kept.length).toBeLessThanOrEqual(102);
    expect(kept.at(-1)).toBe(1000);
  });
  it('keeps an unknown metric under its own name', () => {
    expect(metricLook('sparkle')).toEqual({ name: 'sparkle' });
    expect(metricValue('deadShare', 0.013).replace('\u00a0', ' ')).toBe('1.3 %');
    expect(metricValue('explainedVariance', 0.8294)).toBe('0.829');
    expect(metricValue('l0', 24)).toBe('24');
  });
});
