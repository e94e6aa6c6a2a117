import { describe, expect, it } from 'vitest';
import { domainAround, doseScale, linearScale, logCountScale, logTicks, niceTicks, share } from './scale';

describe('scales', () => {
  it('puts ticks on round numbers inside the domain', () => {
    expect(niceTicks(-0.23, 0.64, 4)).toEqual([0, 0.5]);
    expect(niceTicks(-0.23, 0.64, 5)).toEqual([-0.2, 0, 0.2, 0.4, 0.6]);
    expect(niceTicks(0, 10, 5)).toEqual([0, 2, 4, 6, 8, 10]);
    expect(niceTicks(3, 3)).toEqual([3]);
  });
  it('maps a linear domain to 0…1', () => {
    const scale = linearScale(-1, 3);
    expect([scale(-1), scale(0), scale(3)]).toEqual([0, 0.25, 1]);
  });
  it('spaces doses in signed log steps with zero between', () => {
    const scale = doseScale([-2, -1, 1, 2]);
    expect([-2, -1, 0, 1, 2].map(scale)).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(scale.ticks).toEqual([-2, -1, 0, 1, 2]);
    expect(doseScale([1, 2, 4])(2)).toBeCloseTo(2 / 3);
  });
  it('keeps empty bins on the base line of a log count', () => {
    const scale = logCountScale(1000);
    expect([scale(0), scale(1), scale(1000)]).toEqual([0, 0, 1]);
    expect(scale.ticks).toEqual([1, 10, 100, 1000]);
  });
  it('ticks a log axis at 1, 2, 5, or at decades when there are enough', () => {
    expect(logTicks(0.12, 0.9)).toEqual([0.2, 0.5]);
    expect(logTicks(0.001, 10)).toEqual([0.001, 0.01, 0.1, 1, 10]);
    expect(logTicks(0, 1)).toEqual([]);
  });
  it('always holds zero', () => {
    const [lo, hi] = domainAround([0.5, 1.5]);
    expect(lo).toBeLessThan(0);
    expect(hi).toBeGreaterThan(1.5);
    expect(share(1 / 3)).toBe('33.333%');
  });
});
