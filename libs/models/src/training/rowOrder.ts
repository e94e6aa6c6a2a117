import { Rng } from '@sextant/compute';

/**
 * Which rows each step trains on: every epoch visits all rows once, in an order drawn from (seed, epoch).
 * The order follows from the step alone, so a resumed run needs no state to meet the same rows.
 */
export class RowOrder {
  private epoch = -1;
  private order = new Int32Array(0);

  constructor(
    private readonly rows: number,
    private readonly batchSize: number,
    private readonly seed: number,
  ) {}

  /** Epoch and place in it at which a step begins. */
  cursor(step: number): { epoch: number; index: number } {
    const drawn = step * this.batchSize;
    return { epoch: Math.floor(drawn / this.rows), index: drawn % this.rows };
  }

  /** Rows of one step; a batch that reaches an epoch's end goes on in the next. */
  batch(step: number): Int32Array {
    const drawn = step * this.batchSize;
    return Int32Array.from({ length: this.batchSize }, (_, i) => this.rowAt(drawn + i));
  }

  private rowAt(index: number): number {
    const epoch = Math.floor(index / this.rows);
    if (epoch !== this.epoch) {
      this.order = Int32Array.from({ length: this.rows }, (_, row) => row);
      new Rng(this.seed).fork(`epoch ${epoch}`).shuffle(this.order);
      this.epoch = epoch;
    }
    return this.order[index % this.rows]!;
  }
}
