import { z } from 'zod';
import { encodeThreshold, keepLargest, tf, type Codes, type EncodeInput } from '@sextant/compute';

/** How the threshold that inference will use is averaged over training. */
export const thresholdOptions = z
  .strictObject({
    /** Weight of each step's smallest kept value; 0.01 in SAELens, 0.001 in dictionary_learning. */
    rate: z.number().positive().max(1).default(0.01),
    /** `zero`: the average starts at 0, uncorrected (SAELens). `first`: at the first value it sees. */
    start: z.enum(['zero', 'first']).default('first'),
    /** First step that counts. */
    fromStep: z.number().int().nonnegative().default(0),
  })
  .prefault({});

/** Candidates are asked for from this share of the last threshold up: enough, and few, while training moves slowly. */
const margin = 0.8;

/**
 * The batch-wide choice of BatchTopK and its averaged threshold. The k · rows largest positive pre-activations of the
 * batch are kept; k may be fractional.
 */
export class BatchTopK {
  /** The averaged threshold, in units of the codes; null until a step counted. */
  threshold: number | null;
  private last = 0;

  constructor(
    private readonly k: number,
    private readonly options: z.infer<typeof thresholdOptions>,
  ) {
    this.threshold = options.start === 'zero' ? 0 : null;
  }

  encode(input: EncodeInput, step: number): Codes {
    const [rows, n] = [input.x.shape[0], input.weights.shape[0]];
    const count = Math.floor(this.k * rows);
    const above = (floor: number) => encodeThreshold(input, { threshold: tf.fill([n], floor), layout: floor > 0 ? 'sparse' : 'dense' });
    let candidates = above(margin * this.last);
    if (this.last > 0 && sizeOf(candidates) < count) candidates = above(0);
    const { codes, smallest } = keepLargest(candidates, count);
    this.last = smallest;
    this.average(smallest, step);
    return codes;
  }

  private average(smallest: number, step: number): void {
    const { rate, fromStep } = this.options;
    if (step < fromStep || (this.options.start === 'zero' && smallest === 0)) return;
    this.threshold = this.threshold === null ? smallest : (1 - rate) * this.threshold + rate * smallest;
  }

  state(): { threshold: number | null; last: number } {
    return { threshold: this.threshold, last: this.last };
  }

  restore({ threshold, last }: Record<string, unknown>): void {
    this.threshold = typeof threshold === 'number' ? threshold : null;
    this.last = typeof last === 'number' ? last : 0;
  }
}

function sizeOf(codes: Codes): number {
  if (codes.layout === 'sparse') return codes.values.size;
  return tf.tidy(() => tf.sum(tf.step(codes.dense)).dataSync()[0] ?? 0);
}
