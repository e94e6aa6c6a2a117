import { describe, expect, it } from 'vitest';
import { fromBfloat16, fromHalf, toBfloat16, toHalf } from './half';

const bits = (value: number) => toHalf(Float32Array.of(value))[0];
const brain = (value: number) => toBfloat16(Float32Array.of(value))[0];

describe('binary16', () => {
  it('returns every finite bit pattern unchanged, subnormals and both zeros included', () => {
    const all = Uint16Array.from({ length: 0x10000 }, (_, i) => i).filter((pattern) => (pattern & 0x7c00) !== 0x7c00);
    expect(toHalf(fromHalf(all))).toEqual(all);
  });

  it('agrees with the values IEEE 754 names', () => {
    // Largest, smallest normal, largest subnormal, smallest subnormal, one, minus two.
    const named = fromHalf(Uint16Array.of(0x7bff, 0x0400, 0x03ff, 0x0001, 0x3c00, 0xc000));
    expect([...named]).toEqual([65504, 2 ** -14, 2 ** -14 - 2 ** -24, 2 ** -24, 1, -2]);
  });

  it('rounds to nearest even, in the subnormals and at the edge of the range too', () => {
    expect(bits(1 + 2 ** -11)).toBe(0x3c00);
    expect(bits(1 + 3 * 2 ** -11)).toBe(0x3c02);
    expect(bits(1 + 2 ** -11 + 2 ** -20)).toBe(0x3c01);
    expect(bits(2 ** -25)).toBe(0);
    expect(bits(2 ** -25 + 2 ** -48)).toBe(1);
    expect(bits(3 * 2 ** -25)).toBe(2);
    expect(bits(2 ** -14 - 2 ** -26)).toBe(0x0400);
    expect(bits(65519)).toBe(0x7bff);
    expect(bits(65520)).toBe(0x7c00);
    expect(bits(-65520)).toBe(0xfc00);
  });

  it('keeps infinities and NaN apart', () => {
    expect([bits(Infinity), bits(-Infinity), bits(NaN)]).toEqual([0x7c00, 0xfc00, 0x7e00]);
    expect([...fromHalf(Uint16Array.of(0x7c00, 0xfc00, 0x7e01))]).toEqual([Infinity, -Infinity, NaN]);
  });

  it('is never further from the value than half of its neighbours’ distance', () => {
    for (let i = 0; i < 4096; i++) {
      const value = Math.fround((i / 4096 - 0.5) * 2 ** ((i % 30) - 20));
      const pattern = bits(value)!;
      const [below, here, above] = fromHalf(Uint16Array.of(Math.max(pattern - 1, pattern & 0x8000), pattern, pattern + 1));
      expect(Math.abs(here! - value)).toBeLessThanOrEqual(Math.min(Math.abs(below! - value) || Infinity, Math.abs(above! - value)));
    }
  });
});

describe('bfloat16', () => {
  it('returns every finite bit pattern unchanged', () => {
    const all = Uint16Array.from({ length: 0x10000 }, (_, i) => i).filter((pattern) => (pattern & 0x7f80) !== 0x7f80);
    expect(toBfloat16(fromBfloat16(all))).toEqual(all);
  });

  it('rounds to nearest even, and a NaN with only low bits stays a NaN', () => {
    expect(brain(1 + 2 ** -8)).toBe(0x3f80);
    expect(brain(1 + 3 * 2 ** -8)).toBe(0x3f82);
    expect(brain(1 + 2 ** -8 + 2 ** -20)).toBe(0x3f81);
    expect(brain(3.4e38)).toBe(0x7f80);
    const lowNaN = new Float32Array(Uint32Array.of(0x7f800001).buffer);
    expect(fromBfloat16(toBfloat16(lowNaN))[0]).toBeNaN();
  });
});
