import type { Segments } from './segments';

/** Marks a top example in the interval column. */
export const TOP = 255;

/**
 * All examples of all features in one table, feature by feature, with the activation of every token in each
 * window. Only non-zero activations are kept, as (place in the window, value) entries.
 */
export class ExampleTable {
  /** [features + 1] first example of each feature. */
  readonly featureExamples: Int32Array;
  readonly peaks: Int32Array;
  /** Interval each example was sampled from, or TOP. */
  readonly intervals: Uint8Array;
  readonly starts: Int32Array;
  readonly lengths: Uint8Array;
  /** Per feature, its examples by window start; windows of one feature start and end in the same order. */
  private readonly byStart: Int32Array;
  /** Per feature, how many of those windows end before the token at hand. */
  private readonly passed: Int32Array;
  private entryExample = new Int32Array(1024);
  private entryPlace = new Uint8Array(1024);
  private entryValue = new Float32Array(1024);
  private entries = 0;

  constructor(examples: { peak: number; interval: number }[][], segments: Segments, window: { before: number; after: number }) {
    const total = examples.reduce((sum, list) => sum + list.length, 0);
    this.featureExamples = new Int32Array(examples.length + 1);
    this.peaks = new Int32Array(total);
    this.intervals = new Uint8Array(total);
    this.starts = new Int32Array(total);
    this.lengths = new Uint8Array(total);
    this.byStart = new Int32Array(total);
    this.passed = new Int32Array(examples.length);
    let at = 0;
    examples.forEach((list, feature) => {
      const first = at;
      for (const { peak, interval } of list) {
        const { start, end } = segments.window(peak, window.before, window.after);
        this.peaks[at] = peak;
        this.intervals[at] = interval;
        this.starts[at] = start;
        this.lengths[at] = end - start;
        this.byStart[at] = at;
        at++;
      }
      this.byStart.subarray(first, at).sort((a, b) => this.peaks[a]! - this.peaks[b]!);
      this.featureExamples[feature + 1] = at;
    });
  }

  /** Third pass, in token order: keeps the activation in every window of the feature that holds the token. */
  add(feature: number, value: number, token: number): void {
    const [first, end] = [this.featureExamples[feature]!, this.featureExamples[feature + 1]!];
    for (let at = first + this.passed[feature]!; at < end; at++) {
      const example = this.byStart[at]!;
      const place = token - this.starts[example]!;
      if (place < 0) break;
      if (place < this.lengths[example]!) this.push(example, place, value);
      else if (at === first + this.passed[feature]!) this.passed[feature]!++;
    }
  }

  /** Entries of example e are [offsets[e], offsets[e + 1]), by place. */
  sorted(): { offsets: Int32Array; places: Uint8Array; values: Float32Array } {
    const offsets = new Int32Array(this.peaks.length + 1);
    for (let entry = 0; entry < this.entries; entry++) offsets[this.entryExample[entry]! + 1]!++;
    for (let example = 0; example < this.peaks.length; example++) offsets[example + 1]! += offsets[example]!;
    const next = offsets.slice();
    const places = new Uint8Array(this.entries);
    const values = new Float32Array(this.entries);
    for (let entry = 0; entry < this.entries; entry++) {
      const at = next[this.entryExample[entry]!]!++;
      places[at] = this.entryPlace[entry]!;
      values[at] = this.entryValue[entry]!;
    }
    return { offsets, places, values };
  }

  private push(example: number, place: number, value: number): void {
    if (this.entries === this.entryExample.length) {
      const size = 2 * this.entries;
      const [examples, places, values] = [new Int32Array(size), new Uint8Array(size), new Float32Array(size)];
      examples.set(this.entryExample);
      places.set(this.entryPlace);
      values.set(this.entryValue);
      [this.entryExample, this.entryPlace, this.entryValue] = [examples, places, values];
    }
    this.entryExample[this.entries] = example;
    this.entryPlace[this.entries] = place;
    this.entryValue[this.entries++] = value;
  }
}
