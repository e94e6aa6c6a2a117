import { tf } from '@sextant/compute';

/** How much one call of a hook changed each row of its batch. */
export interface RowDisturbance {
  /** Σ ‖Δh‖/‖h‖ over the touched tokens of each row. */
  ratioSums: Float64Array;
  /** Touched tokens of each row. */
  touched: Int32Array;
}

/** Per-row norm ratios of a change [N, d] of h [N, d]; `mask` is 1 on touched tokens, N = batch · length. */
export function disturbanceOf(h: tf.Tensor2D, change: tf.Tensor2D, mask: Float32Array, batch: number): RowDisturbance {
  const norms = tf.tidy(() => tf.stack([tf.norm(change, 2, 1), tf.norm(h, 2, 1)]).dataSync());
  const tokens = mask.length;
  const length = tokens / batch;
  const rows: RowDisturbance = { ratioSums: new Float64Array(batch), touched: new Int32Array(batch) };
  for (let at = 0; at < tokens; at++) {
    if (mask[at] !== 1) continue;
    const row = Math.floor(at / length);
    const size = norms[tokens + at]!;
    rows.touched[row]!++;
    rows.ratioSums[row]! += size > 0 ? norms[at]! / size : 0;
  }
  return rows;
}

/** Sums disturbances over calls. */
export class DisturbanceTally {
  private ratioSum = 0;
  private touched = 0;

  add(rows: RowDisturbance): void {
    this.ratioSum += rows.ratioSums.reduce((total, value) => total + value, 0);
    this.touched += rows.touched.reduce((total, value) => total + value, 0);
  }

  /** Mean over touched tokens; null when none was touched. */
  get normRatio(): number | null {
    return this.touched === 0 ? null : this.ratioSum / this.touched;
  }

  get tokens(): number {
    return this.touched;
  }

  reset(): void {
    this.ratioSum = 0;
    this.touched = 0;
  }
}
