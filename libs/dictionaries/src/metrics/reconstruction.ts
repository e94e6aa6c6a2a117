/** Sums over tokens, in float64, from which every reconstruction metric follows. Additive: batches may come in any sizes. */
export class ReconstructionSums {
  private tokens = 0;
  private squaredError = 0;
  private squared = 0;
  private squaredReconstruction = 0;
  private product = 0;
  private cosine = 0;
  private cosineTokens = 0;
  private ratio = 0;
  private ratioTokens = 0;
  private readonly mean: Float64Array;
  private scatter = 0;

  constructor(private readonly d: number) {
    this.mean = new Float64Array(d);
  }

  /** @param x and @param reconstruction [N, d], row-major */
  add(x: ArrayLike<number>, reconstruction: ArrayLike<number>): void {
    const { d, mean } = this;
    for (let row = 0; row < x.length; row += d) {
      let [xx, yy, xy, ee] = [0, 0, 0, 0];
      this.tokens += 1;
      for (let i = 0; i < d; i++) {
        const a = x[row + i]!;
        const b = reconstruction[row + i]!;
        xx += a * a;
        yy += b * b;
        xy += a * b;
        ee += (a - b) * (a - b);
        // Welford's update: sums of squares about the mean stay exact when the mean is large beside the spread.
        const before = a - mean[i]!;
        mean[i]! += before / this.tokens;
        this.scatter += before * (a - mean[i]!);
      }
      this.squared += xx;
      this.squaredReconstruction += yy;
      this.product += xy;
      this.squaredError += ee;
      if (xx > 0 && yy > 0) {
        this.cosine += xy / Math.sqrt(xx * yy);
        this.cosineTokens += 1;
      }
      if (xx > 0) {
        this.ratio += Math.sqrt(yy / xx);
        this.ratioTokens += 1;
      }
    }
  }

  metrics(): ReconstructionMetrics {
    return {
      tokens: this.tokens,
      explainedVariance: 1 - this.squaredError / this.scatter,
      mse: this.squaredError / (this.tokens * this.d),
      squaredError: this.squaredError / this.tokens,
      cosine: this.cosine / this.cosineTokens,
      l2Ratio: this.ratio / this.ratioTokens,
      reconstructionBias: this.squaredReconstruction / this.product,
      normalisedMse: this.squaredError / this.squared,
    };
  }
}

export interface ReconstructionMetrics {
  tokens: number;
  /** 1 − Σ‖x − x̂‖² / Σ‖x − mean x‖², the mean taken per dimension over all tokens. */
  explainedVariance: number;
  /** Mean squared error per number. */
  mse: number;
  /** Mean squared error per token, summed over dimensions. */
  squaredError: number;
  /** Mean cosine of x and x̂ over tokens where neither is zero. */
  cosine: number;
  /** Mean ‖x̂‖ / ‖x‖ over tokens where x is not zero. */
  l2Ratio: number;
  /** E‖x̂‖² / E[x·x̂]: below 1, reconstructions are too small. */
  reconstructionBias: number;
  /** Σ‖x − x̂‖² / Σ‖x‖². */
  normalisedMse: number;
}
