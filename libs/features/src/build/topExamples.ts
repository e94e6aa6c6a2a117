/**
 * First pass: per feature the tokens with the largest activations, at most one per document, so that the top
 * examples are that many different texts. Documents are visited one after another.
 */
export class TopExamples {
  private readonly values: Float32Array;
  private readonly tokens: Int32Array;
  private readonly counts: Int32Array;
  /** The largest activation in the document at hand, per feature. */
  private readonly document: Int32Array;
  private readonly pendingValue: Float32Array;
  private readonly pendingToken: Int32Array;

  constructor(
    features: number,
    private readonly size: number,
  ) {
    this.values = new Float32Array(features * size);
    this.tokens = new Int32Array(features * size);
    this.counts = new Int32Array(features);
    this.document = new Int32Array(features).fill(-1);
    this.pendingValue = new Float32Array(features);
    this.pendingToken = new Int32Array(features);
  }

  add(feature: number, value: number, token: number, document: number): void {
    if (this.document[feature] !== document) {
      this.settle(feature);
      this.document[feature] = document;
      this.pendingValue[feature] = 0;
    }
    if (value > this.pendingValue[feature]!) {
      this.pendingValue[feature] = value;
      this.pendingToken[feature] = token;
    }
  }

  /** Peak tokens of a feature, strongest first; equal activations in token order. Call after the last `add`. */
  peaks(feature: number): Int32Array {
    if (this.document[feature] !== -1) this.settle(feature);
    this.document[feature] = -1;
    const start = feature * this.size;
    return this.tokens.slice(start, start + this.counts[feature]!);
  }

  private settle(feature: number): void {
    const value = this.pendingValue[feature]!;
    if (this.document[feature] === -1 || value === 0) return;
    const start = feature * this.size;
    let count = this.counts[feature]!;
    if (count === this.size && value <= this.values[start + count - 1]!) return;
    if (count < this.size) this.counts[feature] = ++count;
    let at = start + count - 1;
    for (; at > start && this.values[at - 1]! < value; at--) {
      this.values[at] = this.values[at - 1]!;
      this.tokens[at] = this.tokens[at - 1]!;
    }
    this.values[at] = value;
    this.tokens[at] = this.pendingToken[feature]!;
  }
}
