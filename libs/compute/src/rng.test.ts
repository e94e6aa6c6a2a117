import { describe, expect, it } from 'vitest';
import { Rng } from './rng';

describe('Rng', () => {
  it('steps as the reference code of xoshiro128** does', () => {
    // From the state 1, 2, 3, 4: what the authors' C code (prng.di.unimi.it/xoshiro128starstar.c), compiled, prints.
    const rng = new Rng({ key: [1, 2, 3, 4], state: [1, 2, 3, 4], spareNormal: null });
    const expected = [11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804];
    expect(expected.map(() => rng.uint32())).toEqual(expected);
  });

  it('gives one stream for a seed, on every platform', () => {
    const rng = new Rng(42);
    expect(Array.from({ length: 4 }, () => rng.uint32())).toMatchInlineSnapshot(`
      [
        2827810459,
        2359940848,
        351082834,
        2859526282,
      ]
    `);
    expect(Array.from({ length: 3 }, () => rng.normal())).toMatchInlineSnapshot(`
      [
        -0.5243233972213861,
        -0.757447358141557,
        -0.13428878503380212,
      ]
    `);
  });

  it('continues bit for bit from a state that went through JSON, a pending normal included', () => {
    const rng = new Rng(5);
    rng.normal();
    const copy = Rng.from(JSON.parse(JSON.stringify(rng.state())));
    const draw = (source: Rng) => [source.normal(), source.uniform(), source.int(1000), source.fork('x').uint32()];
    expect(draw(copy)).toEqual(draw(rng));
  });

  it('forks by label, whatever was drawn before', () => {
    const [fresh, used] = [new Rng(9), new Rng(9)];
    used.uniform();
    expect(used.fork('harvest').uint32()).toBe(fresh.fork('harvest').uint32());
    expect(fresh.fork('harvest').uint32()).not.toBe(fresh.fork('train').uint32());
    expect(new Rng(10).fork('harvest').uint32()).not.toBe(fresh.fork('harvest').uint32());
  });

  it('draws uniform and normal values with the moments they should have', () => {
    const rng = new Rng(1);
    const n = 100_000;
    const uniform = Array.from({ length: n }, () => rng.uniform());
    const normal = Array.from({ length: n }, () => rng.normal());
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / n;
    // Five standard errors.
    expect(Math.abs(mean(uniform) - 0.5)).toBeLessThan(5 * Math.sqrt(1 / 12 / n));
    expect(Math.abs(mean(normal))).toBeLessThan(5 / Math.sqrt(n));
    expect(Math.abs(mean(normal.map((x) => x * x)) - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
    expect(Math.abs(mean(normal.map((x) => x ** 4)) - 3)).toBeLessThan(5 * Math.sqrt(96 / n));
    expect(Math.min(...uniform.slice(0, 1000))).toBeGreaterThanOrEqual(0);
  });

  it('draws whole numbers evenly and permutes without losing any', () => {
    const rng = new Rng(2);
    const counts = new Array<number>(7).fill(0);
    for (let i = 0; i < 70_000; i++) counts[rng.int(7)]! += 1;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(5 * Math.sqrt(10_000));
    const order = Int32Array.from({ length: 100 }, (_, i) => i);
    rng.shuffle(order);
    expect(Array.from(order)).not.toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(Array.from(order).sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });

  it.each([-1, 0.5, NaN, 2 ** 53])('refuses the seed %s', (seed) => {
    expect(() => new Rng(seed)).toThrow(/whole number from 0 to 2\^53/);
  });

  it('refuses a range it cannot draw from', () => {
    expect(() => new Rng(1).int(0)).toThrow(/cannot draw below 0/);
  });
});
