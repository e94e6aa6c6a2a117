import { describe, expect, it } from 'vitest';
import { BufferPool } from './bufferPool';

describe('BufferPool', () => {
  it('hands a released array out again', () => {
    const pool = new BufferPool();
    const first = pool.acquire(5000);
    pool.release(first);
    expect(pool.idleBytes).toBeGreaterThanOrEqual(20000);
    expect(pool.acquire(5000)).toBe(first);
    expect(pool.idleBytes).toBe(0);
  });

  it('reuses memory for a length that grows a little', () => {
    const pool = new BufferPool();
    const first = pool.acquire(4097);
    pool.release(first);
    const next = pool.acquire(4100);
    expect(next.buffer).toBe(first.buffer);
    expect(next.length).toBe(4100);
  });

  it('leaves arrays of others alone', () => {
    const pool = new BufferPool();
    pool.release(new Float32Array(5000));
    expect(pool.idleBytes).toBe(0);
    expect(pool.owns(new Float32Array(5000))).toBe(false);
  });

  it('drops the sizes unused for longest once the limit is passed', () => {
    const pool = new BufferPool(100_000);
    const [old, recent] = [pool.acquire(10_000), pool.acquire(20_000)];
    pool.release(old);
    pool.release(recent);
    expect(pool.idleBytes).toBeLessThanOrEqual(100_000);
    expect(pool.acquire(10_000)).not.toBe(old);
  });
});
