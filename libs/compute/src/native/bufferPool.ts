import os from 'node:os';

interface FreeList {
  arrays: Float32Array[];
  lastUse: number;
}

// Smaller arrays live on V8's own heap, where allocating is as cheap as looking one up.
const smallest = 32;

/** Lengths are rounded up by at most an eighth, so that arrays of a length that grows step by step are reused too. */
function capacityFor(length: number): number {
  if (length <= 1024) return Math.ceil(length / 64) * 64;
  const step = 2 ** (Math.floor(Math.log2(length)) - 3);
  return Math.ceil(length / step) * step;
}

/**
 * Float32Arrays kept for reuse. A fresh array of a million elements costs some 2 ms of page faults, a reused one
 * nothing, and a training step asks for the same lengths over and over. What lies idle never exceeds `limitBytes`:
 * the sizes unused for longest are dropped first.
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
    const capacity = capacityFor(length);
    const list = this.lists.get(capacity);
    const idle = list?.arrays.pop();
    if (!list || !idle) return this.adopt(new Float32Array(new ArrayBuffer(capacity * 4), 0, length));
    list.lastUse = ++this.clock;
    this.idleBytes -= capacity * 4;
    return idle.length === length ? idle : this.adopt(new Float32Array(idle.buffer, 0, length));
  }

  /** Whether this pool made the array; anyone else's may be in use elsewhere and is left alone. */
  owns(array: unknown): boolean {
    return array instanceof Float32Array && this.own.has(array);
  }

  /** Takes an array back. The caller vouches that nobody reads it any more. */
  release(array: Float32Array): void {
    if (array.length < smallest || !this.own.has(array)) return;
    const bytes = array.buffer.byteLength;
    let list = this.lists.get(bytes / 4);
    if (!list) {
      list = { arrays: [], lastUse: 0 };
      this.lists.set(bytes / 4, list);
    }
    list.arrays.push(array);
    list.lastUse = ++this.clock;
    this.idleBytes += bytes;
    if (this.idleBytes > this.limitBytes) this.evict();
  }

  /** Drops everything idle. */
  clear(): void {
    this.lists.clear();
    this.idleBytes = 0;
  }

  private adopt(array: Float32Array): Float32Array {
    this.own.add(array);
    return array;
  }

  private evict(): void {
    const byAge = [...this.lists].sort(([, a], [, b]) => a.lastUse - b.lastUse);
    for (const [capacity, list] of byAge) {
      if (this.idleBytes <= this.limitBytes / 2) return;
      this.idleBytes -= list.arrays.length * capacity * 4;
      this.lists.delete(capacity);
    }
  }
}
