import { describe, expect, it } from 'vitest';
import { TrigramModel } from './trigram';

describe('TrigramModel', () => {
  it('is a probability distribution in seen and unseen contexts', () => {
    const vocab = 7;
    const model = new TrigramModel(vocab, null);
    model.add([0, 1, 2, 3, 1, 2, 4, 1, 2, 3]);
    model.fit([[0, 1, 2, 3, 5, 6]]);
    for (const context of [
      [1, 2],
      [3, 1],
      [2, 2],
      [6, 6],
    ]) {
      let total = 0;
      // The perplexity of one predicted token is the inverse of its probability.
      for (let next = 0; next < vocab; next++) {
        const both = Math.log(model.perplexity([[...context, next]])) * 2;
        const first = Math.log(model.perplexity([context]));
        total += Math.exp(first - both);
      }
      expect(total).toBeCloseTo(1, 10);
    }
  });

  it('learns a deterministic sequence that bigrams cannot', () => {
    const cycle = Array.from({ length: 400 }, (_, i) => [0, 0, 1, 1][i % 4] ?? 0);
    const model = new TrigramModel(2, null);
    model.add(cycle);
    model.fit([cycle], 30);
    expect(model.perplexity([cycle])).toBeLessThan(1.1);
  });

  it('never predicts the ignored token', () => {
    const model = new TrigramModel(3, 0);
    model.add([0, 1, 2, 0, 1, 2]);
    expect(model.perplexity([[0, 1, 2, 0]])).toBeCloseTo(model.perplexity([[0, 1, 2]]), 12);
  });

  it('refuses rows without anything to predict', () => {
    expect(() => new TrigramModel(3, 0).perplexity([[1]])).toThrow('at least two tokens');
  });
});
