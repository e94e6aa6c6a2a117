import type { LabEvent } from '@sextant/schema';
import type { EventFilter } from './events';
import type { JobQueue } from './queue';

export interface FollowOptions extends EventFilter {
  /** Replay events after this `seq` first; null starts with the next event. */
  after: number | null;
  signal?: AbortSignal | undefined;
}

/**
 * The lab's events as live streams. Workers are other processes, so one poll of the highest `seq` serves all listeners;
 * it runs only while someone listens.
 */
export class EventHub {
  readonly #wakers = new Set<() => void>();
  #timer: NodeJS.Timeout | null = null;
  #seen = 0;

  constructor(
    private readonly queue: JobQueue,
    private readonly pollMs = 100,
  ) {
    queue.onChange(() => this.#poll());
  }

  /** Events in order, without a gap, until `signal` aborts. */
  async *follow({ after, signal, ...filter }: FollowOptions): AsyncGenerator<LabEvent, void, unknown> {
    let wake = () => {};
    let pending = true;
    const waker = () => {
      pending = true;
      wake();
    };
    let stopped = signal?.aborted ?? false;
    const stop = () => {
      stopped = true;
      wake();
    };
    this.#add(waker);
    signal?.addEventListener('abort', stop);
    try {
      let cursor = after ?? this.queue.events.last();
      while (!stopped) {
        pending = false;
        const events = this.queue.events.after(cursor, filter);
        for (const event of events) {
          if (stopped) return;
          yield event;
          cursor = event.seq;
        }
        if (events.length > 0 || pending) continue;
        await new Promise<void>((resolve) => {
          wake = resolve;
          if (pending || stopped) resolve();
        });
      }
    } finally {
      signal?.removeEventListener('abort', stop);
      this.#remove(waker);
    }
  }

  #add(waker: () => void): void {
    this.#wakers.add(waker);
    if (this.#timer !== null) return;
    this.#seen = this.queue.events.last();
    this.#timer = setInterval(() => this.#poll(), this.pollMs);
  }

  #remove(waker: () => void): void {
    this.#wakers.delete(waker);
    if (this.#wakers.size > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }

  #poll(): void {
    if (this.#wakers.size === 0) return;
    const last = this.queue.events.last();
    if (last === this.#seen) return;
    this.#seen = last;
    for (const waker of this.#wakers) waker();
  }
}
