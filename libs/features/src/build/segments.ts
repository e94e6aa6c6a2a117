/** The stretches of tokens that belong to one document in one corpus row; windows never leave theirs. */
export class Segments {
  private readonly starts: number[] = [];
  private lastRow = -1;
  private lastDocument = -1;

  private tokens = 0;

  add(row: number, document: number): void {
    if (row !== this.lastRow || document !== this.lastDocument) {
      this.starts.push(this.tokens);
      this.lastRow = row;
      this.lastDocument = document;
    }
    this.tokens++;
  }

  /** Number of the segment that holds a token. */
  of(token: number): number {
    let [low, high] = [0, this.starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.starts[middle]! <= token) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Tokens [start, end) around a peak, `before` and `after` at most, inside its segment. */
  window(peak: number, before: number, after: number): { start: number; end: number } {
    const segment = this.of(peak);
    return {
      start: Math.max(this.starts[segment]!, peak - before),
      end: Math.min(this.starts[segment + 1] ?? this.tokens, peak + after + 1),
    };
  }
}
