import os from 'node:os';

interface FreeList {
  arrays: Float32Array[];
  lastUse: number;
}

// Smaller arrays live on V8's own heap, where allocating is as cheap as looking one up.
const smallest = 32;

/**
 * Float32Arrays kept for reuse by exact length. A fresh array of a million elements costs some 2 ms of page faults,
 * a reused one nothing; a training step asks for the same lengths over and over.
 * What lies idle never exceeds `limitBytes`: the lengths unused for longest are dropped first, so that generation,
 * where every step is one token longer, does not pile up arrays.
 */
export class BufferPool {
  private readonly lists = new Map<number, FreeList>();
  private readonly own = new WeakSet<Float32Array>();
  private clock = 0;
  /** Bytes lying idle. */
  idleBytes = 0;

  constructor(readonly limitBytes = Math.min(4 * 2 ** 30, os.totalmem() / 4)) {}

  /** An array of arbitrary contents. */
  acquire(length: number): Float32Array {
    if (length < smallest) return new Float32Array(length);
    const list = this.lists.get(length);
    const array = list?.arrays.pop();
    if (list) list.lastUse = ++this.clock;
    if (array) {
      this.idleBytes -= array.byteLength;
      return array;
    }
    const fresh = new Float32Array(length);
    this.own.add(fresh);
    return fresh;
  }

  /** Whether this pool made the array; anyone else's may be in use elsewhere and is left alone. */
  owns(array: unknown): boolean {
    return array instanceof Float32Array && this.own.has(array);
  }

  /** Takes an array back. The caller vouches that nobody reads it any more. */
  release(array: Float32Array): void {
    if (!this.own.has(array)) return;
    let list = this.lists.get(array.length);
    if (!list) {
      list = { arrays: [], lastUse: 0 };
      this.lists.set(array.length, list);
    }
    list.arrays.push(array);
    list.lastUse = ++this.clock;
    this.idleBytes += array.byteLength;
    if (this.idleBytes > this.limitBytes) this.evict();
  }

  /** Drops everything idle. */
  clear(): void {
    this.lists.clear();
    this.idleBytes = 0;
  }

  private evict(): void {
    const byAge = [...this.lists].sort(([, a], [, b]) => a.lastUse - b.lastUse);
    for (const [length, list] of byAge) {
      if (this.idleBytes <= this.limitBytes / 2) return;
      for (const array of list.arrays) this.idleBytes -= array.byteLength;
      this.lists.delete(length);
    }
  }
}
