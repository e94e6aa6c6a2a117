import { SextantError } from '@sextant/schema';

/**
 * Interpolated trigram language model (Jelinek and Mercer 1980): p(c | a b) = λ₃ f(c | a b) + λ₂ f(c | b) + λ₁ f(c) + λ₀ / V,
 * relative frequencies f from the training rows, weights λ fitted by expectation–maximisation on other rows. An unseen
 * context hands its weight down. The baseline that a language model must beat.
 */
export class TrigramModel {
  private readonly unigrams: Float64Array;
  private readonly bigrams = new Map<number, number>();
  private readonly trigrams = new Map<number, number>();
  private readonly pairContexts = new Map<number, number>();
  private readonly contexts: Float64Array;
  private total = 0;
  /** λ₀ … λ₃. */
  private weights = [0.01, 0.14, 0.25, 0.6];

  /** @param ignored a token that is never predicted (BOS), though it is a context. */
  constructor(
    readonly vocabSize: number,
    readonly ignored: number | null,
  ) {
    this.unigrams = new Float64Array(vocabSize);
    this.contexts = new Float64Array(vocabSize);
  }

  /** Counts the trigrams of one row. */
  add(row: ArrayLike<number>): void {
    this.eachTarget(row, (a, b, c) => {
      this.total++;
      this.unigrams[c] = (this.unigrams[c] ?? 0) + 1;
      this.contexts[b] = (this.contexts[b] ?? 0) + 1;
      increment(this.bigrams, b * this.vocabSize + c);
      if (a < 0) return;
      increment(this.pairContexts, a * this.vocabSize + b);
      increment(this.trigrams, (a * this.vocabSize + b) * this.vocabSize + c);
    });
  }

  /** Fits the interpolation weights on rows that were not counted. */
  fit(rows: readonly ArrayLike<number>[], iterations = 12): void {
    for (let iteration = 0; iteration < iterations; iteration++) {
      const mass = [0, 0, 0, 0];
      for (const row of rows) {
        this.eachTarget(row, (a, b, c) => {
          const parts = this.parts(a, b, c);
          const sum = parts.reduce((total, part) => total + part, 0);
          parts.forEach((part, order) => (mass[order] = (mass[order] ?? 0) + part / sum));
        });
      }
      const total = mass.reduce((sum, part) => sum + part, 0);
      if (total > 0) this.weights = mass.map((part) => part / total);
    }
  }

  /**
   * Perplexity per predicted token: every token of a row but its first and the ignored one.
   * @throws SextantError INVALID_INPUT when the rows hold nothing to predict.
   */
  perplexity(rows: Iterable<ArrayLike<number>>): number {
    let nats = 0;
    let count = 0;
    for (const row of rows) {
      this.eachTarget(row, (a, b, c) => {
        nats -= Math.log(this.parts(a, b, c).reduce((sum, part) => sum + part, 0));
        count++;
      });
    }
    if (count === 0) throw new SextantError('INVALID_INPUT', 'perplexity needs rows with at least two tokens', { field: 'rows' });
    return Math.exp(nats / count);
  }

  private eachTarget(row: ArrayLike<number>, visit: (a: number, b: number, c: number) => void): void {
    for (let t = 1; t < row.length; t++) {
      const c = row[t] ?? -1;
      if (c !== this.ignored) visit(t >= 2 ? (row[t - 2] ?? -1) : -1, row[t - 1] ?? -1, c);
    }
  }

  /** λₙ times the estimate of each order, with the weight of unseen contexts handed to the next lower order. */
  private parts(a: number, b: number, c: number): number[] {
    const [uniform = 0, unigram = 0, bigram = 0, trigram = 0] = this.weights;
    const pair = a < 0 ? 0 : (this.pairContexts.get(a * this.vocabSize + b) ?? 0);
    const single = this.contexts[b] ?? 0;
    const bigramWeight = pair > 0 ? bigram : bigram + trigram;
    const unigramWeight = single > 0 ? unigram : unigram + bigramWeight;
    return [
      uniform / this.vocabSize,
      (unigramWeight * (this.unigrams[c] ?? 0)) / Math.max(1, this.total),
      single > 0 ? (bigramWeight * (this.bigrams.get(b * this.vocabSize + c) ?? 0)) / single : 0,
      pair > 0 ? (trigram * (this.trigrams.get((a * this.vocabSize + b) * this.vocabSize + c) ?? 0)) / pair : 0,
    ];
  }
}

function increment(counts: Map<number, number>, key: number): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
