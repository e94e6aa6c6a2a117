import { describe, expect, it } from 'vitest';
import { decideClaim, type Evidence } from './decide';

const rule = { alpha: 0.05, minimumEffect: 0.5, propose: { maxPerplexityRatio: 1.1 } };
const strong: Evidence = {
  predicted: -1,
  effect: { estimate: -2, lo: -2.4, hi: -1.6 },
  q: 0.0004,
  perplexityRatio: 1.02,
  equivalence: { p: 1, lo: -2.3, hi: -1.7 },
  strongestControl: { name: 'a random direction', estimate: -0.8, beyond: { estimate: -1.2, lo: -1.5, hi: -0.9 } },
};
const status = (change: Partial<Evidence>) => decideClaim({ ...strong, ...change }, rule).status;

describe('decideClaim', () => {
  it('confirms what meets every criterion, in either direction', () => {
    expect(decideClaim(strong, rule)).toMatchObject({ status: 'confirmed', reasons: expect.arrayContaining([expect.stringContaining('lies below 0, as predicted')]) });
    expect(
      status({
        predicted: 1,
        effect: { estimate: 2, lo: 1.6, hi: 2.4 },
        strongestControl: { name: 'x', estimate: 0.8, beyond: { estimate: 1.2, lo: 0.9, hi: 1.5 } },
      }),
    ).toBe('confirmed');
  });

  it.each<[string, Partial<Evidence>]>([
    ['an interval that reaches 0', { effect: { estimate: -0.9, lo: -2, hi: 0.2 } }],
    ['a q above α', { q: 0.05 }],
    ['an effect below the minimum', { effect: { estimate: -0.49, lo: -0.6, hi: -0.38 } }],
    ['prose beyond its bound', { perplexityRatio: 1.11 }],
    ['prose never measured', { perplexityRatio: null }],
    ['a control as strong', { strongestControl: { name: 'x', estimate: -2, beyond: { estimate: 0, lo: -0.2, hi: 0.2 } } }],
    ['a control not clearly weaker', { strongestControl: { name: 'x', estimate: -1.8, beyond: { estimate: -0.2, lo: -0.5, hi: 0.1 } } }],
    ['no controls', { strongestControl: null }],
  ])('%s is not confirmed', (_, change) => {
    expect(status(change)).toBe('inconclusive');
  });

  it('finds null where equivalence is shown, even of a significant effect', () => {
    const small: Partial<Evidence> = { effect: { estimate: -0.1, lo: -0.2, hi: -0.02 }, equivalence: { p: 0.001, lo: -0.19, hi: -0.03 } };
    expect(decideClaim({ ...strong, ...small }, rule)).toMatchObject({ status: 'null', reasons: expect.arrayContaining([expect.stringContaining('Equivalence is shown')]) });
  });

  it('is refuted by a significant effect the other way, but not by an insignificant one', () => {
    const opposite = { effect: { estimate: 1.2, lo: 0.8, hi: 1.6 } };
    expect(status(opposite)).toBe('refuted');
    expect(status({ ...opposite, q: 0.2 })).toBe('inconclusive');
    expect(status({ effect: { estimate: 0.4, lo: -0.3, hi: 1.1 } })).toBe('inconclusive');
  });

  it('says each criterion in words with its numbers', () => {
    const { reasons } = decideClaim(strong, rule);
    expect(reasons).toEqual([
      'The 95 % interval −2.40 to −1.60 nats lies below 0, as predicted.',
      'q = 4.0e−4 is below 0.05.',
      'An effect of −2.00 nats reaches the minimum of 0.5.',
      'Prose perplexity × 1.020 is within the bound of × 1.1.',
      'The strongest control in that direction (a random direction) moves the margin by −0.80 nats; the paired difference from it is −1.20 (−1.50 to −0.90) nats, clear of 0.',
    ]);
  });
});
