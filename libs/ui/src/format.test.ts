import { describe, expect, it } from 'vitest';
import {
  ago, bounds, bytes, compact, count, dateTime, dose, duration, fidelity, fixed, hookShort, magnitude, NONE, percent, percentBounds, qValue, shortHash,
  signed, typographic,
} from './format';

const plain = (text: string) => text.replaceAll('\u00a0', ' ');

describe('numbers', () => {
  it('uses a true minus, a leading zero, and no sign on a rounded zero', () => {
    expect(fixed(-0.314)).toBe('−0.31');
    expect(fixed(-0.001)).toBe('0.00');
    expect(signed(0.314)).toBe('+0.31');
    expect(signed(-2.35)).toBe('−2.35');
    expect(signed(0.001)).toBe('0.00');
    expect(signed(-0.001)).toBe('0.00');
  });
  it('says plainly when nothing was measured', () => {
    expect([fixed(null), signed(undefined), percent(Number.NaN), qValue(null), count(null), dose(null)]).toEqual(Array(6).fill(NONE));
    expect(fixed(Infinity)).toBe('∞');
    expect(fixed(-Infinity)).toBe('−∞');
  });
  it('prints intervals with their own minus signs', () => {
    expect(bounds({ lo: -2.69, hi: -2.05 })).toBe('[−2.69, −2.05]');
    expect(percentBounds({ lo: 0.521, hi: 0.6 })).toBe('[52.1, 60.0]');
    expect(bounds({ lo: null, hi: 1 })).toBe('');
  });
  it('keeps two significant digits of a small share', () => {
    expect(plain(percent(0.00031))).toBe('0.031 %');
    expect(plain(percent(0.036))).toBe('3.6 %');
    expect(plain(percent(1))).toBe('100 %');
    expect(plain(percent(0))).toBe('0 %');
    expect(plain(percent(0.123, 0))).toBe('12 %');
  });
  it('does not round a near-perfect score to a perfect one', () => {
    expect(fidelity(0.9995322)).toBe('0.9995');
    expect(fidelity(0.957)).toBe('0.957');
    expect(fidelity(null)).toBe(NONE);
  });
  it('never prints a q below its resolution as zero', () => {
    expect(qValue(0)).toBe('<0.001');
    expect(qValue(0.00049)).toBe('<0.001');
    expect(qValue(0.0314)).toBe('0.031');
    expect(qValue(0.614)).toBe('0.61');
  });
  it('scales counts and bytes', () => {
    expect(count(3894)).toBe('3,894');
    expect(plain(compact(12_600_000))).toBe('12.6 M');
    expect(plain(compact(982_601))).toBe('983 k');
    expect(plain(compact(3894))).toBe('3,894');
    expect(plain(bytes(3.4e9))).toBe('3.4 GB');
    expect(plain(bytes(0))).toBe('0 B');
    expect(plain(bytes(999))).toBe('999 B');
  });
  it('prints doses and magnitudes without noise', () => {
    expect(dose(-2)).toBe('−2');
    expect(dose(1.5)).toBe('+1.5');
    expect(dose(0)).toBe('0');
    expect(dose(0.1 + 0.2)).toBe('+0.3');
    expect([magnitude(9.937), magnitude(39.84), magnitude(0.0312), magnitude(412.2)]).toEqual(['9.94', '39.8', '0.031', '412']);
  });
});

describe('time and names', () => {
  it('speaks of time in the largest two units', () => {
    expect(plain(duration(260))).toBe('4 min 20 s');
    expect(plain(duration(7560))).toBe('2 h 06 min');
    expect(plain(duration(8))).toBe('8 s');
    expect(plain(duration(0.041))).toBe('41 ms');
    expect(plain(duration(240))).toBe('4 min');
  });
  it('gives ages, then dates', () => {
    const now = Date.parse('2026-11-24T12:00:00Z');
    expect(plain(ago('2026-11-24T11:59:48Z', now))).toBe('12 s ago');
    expect(plain(ago('2026-11-24T09:00:00Z', now))).toBe('3 h ago');
    expect(ago('2026-11-20T12:00:00Z', now)).toBe('2026-11-20');
    expect(dateTime('not a date')).toBe('not a date');
  });
  it('sets true minus signs before numbers and leaves hyphens alone', () => {
    expect(typographic('clamped to -1 × max: -2.35 [-2.67, -2.03], two-hop, 2026-11-24, x-1')).toBe('clamped to −1 × max: −2.35 [−2.67, −2.03], two-hop, 2026-11-24, x-1');
  });
  it('shortens digests and hook names', () => {
    expect(shortHash('7c1e'.padEnd(60, '0') + 'a90f')).toBe('7c1e…a90f');
    expect(hookShort('blocks.2.hook_resid_post')).toBe('resid_post 2');
    expect(hookShort('blocks.0.attn.hook_z')).toBe('attn.z 0');
    expect(hookShort('ln_final.hook_normalized')).toBe('ln_final.normalized');
  });
});
