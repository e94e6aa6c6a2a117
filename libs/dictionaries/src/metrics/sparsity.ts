/** Which features fire, and how often. Additive over batches. */
export class SparsityCounts {
  readonly counts: Float64Array;
  private tokens = 0;
  private entries = 0;
  private sum = 0;

  constructor(n: number) {
    this.counts = new Float64Array(n);
  }

  /** Codes of some tokens in compressed rows. */
  add({ rowOffsets, indices, values }: { rowOffsets: Int32Array; indices: Int32Array; values: Float32Array }): void {
    this.tokens += rowOffsets.length - 1;
    for (let i = 0; i < indices.length; i++) {
      if (values[i] === 0) continue;
      this.counts[indices[i]!]! += 1;
      this.entries += 1;
      this.sum += Math.abs(values[i]!);
    }
  }

  metrics(): SparsityMetrics {
    const { counts, tokens } = this;
    const share = (above: number) => counts.reduce((sum, count) => sum + (count / tokens > above ? 1 : 0), 0) / counts.length;
    return {
      tokens,
      l0: this.entries / tokens,
      l1: this.sum / tokens,
      density: counts.map((count) => count / tokens),
      deadShare: counts.reduce((sum, count) => sum + (count === 0 ? 1 : 0), 0) / counts.length,
      denseShareAbove1Percent: share(0.01),
      denseShareAbove10Percent: share(0.1),
    };
  }
}

export interface SparsityMetrics {
  tokens: number;
  /** Mean number of active features a token. */
  l0: number;
  /** Mean Σ|a_i| a token. */
  l1: number;
  /** Share of tokens each feature fires on, [n]. */
  density: Float64Array;
  /** Share of features silent on all tokens counted: `tokens` is the window. */
  deadShare: number;
  denseShareAbove1Percent: number;
  denseShareAbove10Percent: number;
}

/** Features per bin of log10 density, bins [lo, hi) of `width` from `lowest` up; features that never fire are left out. */
export function logDensityHistogram(density: ArrayLike<number>, { lowest = -10, highest = 0.25, width = 0.25 } = {}): { edges: number[]; counts: number[] } {
  const bins = Math.round((highest - lowest) / width);
  const edges = Array.from({ length: bins + 1 }, (_, i) => lowest + i * width);
  const counts = new Array<number>(bins).fill(0);
  for (let i = 0; i < density.length; i++) {
    if (!(density[i]! > 0)) continue;
    const bin = Math.floor((Math.log10(density[i]!) - lowest) / width);
    if (bin >= 0 && bin < bins) counts[bin]! += 1;
  }
  return { edges, counts };
}
