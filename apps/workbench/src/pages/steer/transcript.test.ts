import { describe, expect, it } from 'vitest';
import { emptyTranscript, perplexity, rangeOf, withEvents } from './transcript';

const token = (side: 'baseline' | 'steered', index: number, delta: number | null, normRatio: number | null = null) =>
  ({ type: 'token' as const, side, index, token: ` t${index}`, logProb: -0.5, delta, kl: 0.1, normRatio });

describe('transcript', () => {
  const events = [token('baseline', 0, -1), token('steered', 0, 2.5, 0.4), token('steered', 1, null, 0.2)];
  it('keeps the sides apart and in order', () => {
    const transcript = withEvents(emptyTranscript, events);
    expect(transcript.baseline.map((entry) => entry.token)).toEqual([' t0']);
    expect(transcript.steered).toHaveLength(2);
    expect(transcript.summary).toBeNull();
  });
  it('a replayed event changes nothing', () => {
    const once = withEvents(emptyTranscript, events);
    expect(withEvents(once, events)).toEqual(once);
    expect(emptyTranscript.steered).toEqual([]);
  });
  it('measures only what was measured', () => {
    const { steered, baseline } = withEvents(emptyTranscript, events);
    expect(rangeOf(steered, 'normRatio')).toEqual({ mean: expect.closeTo(0.3), lo: 0.2, hi: 0.4 });
    expect(rangeOf(baseline, 'normRatio')).toBeNull();
    expect(perplexity(steered)).toBeCloseTo(Math.exp(0.5));
    expect(perplexity([])).toBeNull();
  });
});
