import type { Rng } from '@sextant/compute';

/**
 * Second pass, with every feature's max known: the histogram of non-zero activations, and in each of the
 * intervals that divide (0, max] evenly a uniform sample of tokens (papers.md 1.6; algorithm R again).
 */
export class IntervalSamples {
  readonly histogram: Int32Array;
  private readonly seen: Int32Array;
  private readonly tokens: Int32Array;

  constructor(
    private readonly max: Float32Array,
    private readonly options: { bins: number; intervals: number; samples: number; rng: Rng },
  ) {
    const features = max.length;
    this.histogram = new Int32Array(features * options.bins);
    this.seen = new Int32Array(features * options.intervals);
    this.tokens = new Int32Array(features * options.intervals * options.samples);
  }

  add(feature: number, value: number, token: number): void {
    const { bins, intervals, samples, rng } = this.options;
    const share = value / this.max[feature]!;
    this.histogram[feature * bins + Math.min(bins - 1, Math.floor(share * bins))]!++;
    const interval = feature * intervals + Math.min(intervals - 1, Math.floor(share * intervals));
    const seen = this.seen[interval]!++;
    const place = seen < samples ? seen : rng.int(seen + 1);
    if (place < samples) this.tokens[interval * samples + place] = token;
  }

  /** Sampled tokens of one interval, in corpus order. */
  sample(feature: number, interval: number): Int32Array {
    const { intervals, samples } = this.options;
    const at = feature * intervals + interval;
    return this.tokens.slice(at * samples, at * samples + Math.min(samples, this.seen[at]!)).sort();
  }
}
