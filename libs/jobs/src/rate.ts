interface Sample {
  atMs: number;
  done: number;
}

/**
 * Units a second over the last `windowMs`, and seconds left. A new stage, or a count that fell, starts afresh: what one
 * stage took says nothing about the next.
 */
export class RateMeter {
  #stage: string | null = null;
  #samples: Sample[] = [];

  constructor(private readonly windowMs = 10_000) {}

  /** @returns nulls until two samples at least 200 ms apart are known */
  update({ stage, done, total, atMs }: { stage: string; done: number; total: number; atMs: number }): { rate: number | null; etaSeconds: number | null } {
    const last = this.#samples.at(-1);
    if (stage !== this.#stage || (last !== undefined && done < last.done)) {
      this.#stage = stage;
      this.#samples = [];
    }
    this.#samples.push({ atMs, done });
    // Keep one sample older than the window, so that slow units still have a rate.
    while (this.#samples.length > 2 && (this.#samples[1]?.atMs ?? atMs) <= atMs - this.windowMs) this.#samples.shift();
    const first = this.#samples[0];
    if (first === undefined || atMs - first.atMs < 200) return { rate: null, etaSeconds: null };
    const rate = ((done - first.done) * 1000) / (atMs - first.atMs);
    if (rate <= 0) return { rate: 0, etaSeconds: null };
    return { rate, etaSeconds: Math.max(0, total - done) / rate };
  }
}
