import type { Rng } from '@sextant/compute';
import { quantile } from '../quantiles';

/** Quantiles kept of each feature's non-zero activations. */
export const QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.95, 0.99] as const;

/**
 * First pass: per feature how often it fires, the sum and the max of its activations, and a uniform sample of
 * them (Vitter's algorithm R) for the quantiles, which are exact while the feature fires no more often than
 * the sample is long.
 */
export class ActivationSummary {
  readonly fired: Int32Array;
  readonly sum: Float64Array;
  readonly max: Float32Array;
  private readonly samples: Float32Array[];

  constructor(
    features: number,
    private readonly sampleSize: number,
    private readonly rng: Rng,
  ) {
    this.fired = new Int32Array(features);
    this.sum = new Float64Array(features);
    this.max = new Float32Array(features);
    this.samples = Array.from({ length: features }, () => new Float32Array(0));
  }

  add(feature: number, value: number): void {
    const seen = this.fired[feature]!++;
    this.sum[feature]! += value;
    if (value > this.max[feature]!) this.max[feature] = value;
    if (seen < this.sampleSize) {
      let sample = this.samples[feature]!;
      if (seen === sample.length) {
        const grown = new Float32Array(Math.min(this.sampleSize, Math.max(8, 2 * seen)));
        grown.set(sample);
        this.samples[feature] = sample = grown;
      }
      sample[seen] = value;
    } else {
      const place = this.rng.int(seen + 1);
      if (place < this.sampleSize) this.samples[feature]![place] = value;
    }
  }

  /** Mean over the tokens on which the feature fires; 0 when it never does. */
  mean(feature: number): number {
    return this.fired[feature] === 0 ? 0 : this.sum[feature]! / this.fired[feature]!;
  }

  /** Values at QUANTILES; zeros when the feature never fires. */
  quantiles(feature: number): number[] {
    const count = Math.min(this.fired[feature]!, this.sampleSize);
    const sorted = this.samples[feature]!.slice(0, count).sort();
    return QUANTILES.map((p) => (count === 0 ? 0 : quantile(sorted, p)));
  }
}
