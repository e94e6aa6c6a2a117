import { describe, expect, it } from 'vitest';
import { RateMeter } from './rate';

describe('RateMeter', () => {
  it('knows nothing from one sample, and then the rate and what is left', () => {
    const meter = new RateMeter();
    expect(meter.update({ stage: 'a', done: 0, total: 100, atMs: 0 })).toEqual({ rate: null, etaSeconds: null });
    expect(meter.update({ stage: 'a', done: 20, total: 100, atMs: 2_000 })).toEqual({ rate: 10, etaSeconds: 8 });
  });

  it('forgets what lies before its window, so that a slow start does not hang on', () => {
    const meter = new RateMeter(10_000);
    meter.update({ stage: 'a', done: 0, total: 1000, atMs: 0 });
    meter.update({ stage: 'a', done: 1, total: 1000, atMs: 50_000 });
    meter.update({ stage: 'a', done: 101, total: 1000, atMs: 55_000 });
    expect(meter.update({ stage: 'a', done: 201, total: 1000, atMs: 60_000 }).rate).toBe(20);
  });

  it('starts afresh with a new stage, and after a restart that counts from lower', () => {
    const meter = new RateMeter();
    meter.update({ stage: 'a', done: 0, total: 10, atMs: 0 });
    meter.update({ stage: 'a', done: 10, total: 10, atMs: 1_000 });
    expect(meter.update({ stage: 'b', done: 0, total: 10, atMs: 1_100 }).rate).toBeNull();
    expect(meter.update({ stage: 'b', done: 5, total: 10, atMs: 2_100 }).rate).toBe(5);
    expect(meter.update({ stage: 'b', done: 2, total: 10, atMs: 3_000 }).rate).toBeNull();
  });

  it('has no ETA while nothing moves', () => {
    const meter = new RateMeter();
    meter.update({ stage: 'a', done: 3, total: 10, atMs: 0 });
    expect(meter.update({ stage: 'a', done: 3, total: 10, atMs: 5_000 })).toEqual({ rate: 0, etaSeconds: null });
  });
});
