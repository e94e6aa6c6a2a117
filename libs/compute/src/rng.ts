import { SextantError } from '@sextant/schema';

/** All of a generator, as JSON: resuming from it continues the stream bit for bit. */
export interface RngState {
  /** What the generator was made from; `fork` derives from this, so forks do not depend on draws made since. */
  key: [number, number, number, number];
  state: [number, number, number, number];
  /** The second value of the last normal pair, if it is still to be handed out. */
  spareNormal: number | null;
}

type Words = [number, number, number, number];

/**
 * xoshiro128** (Blackman and Vigna 2021) seeded through SplitMix32: 32-bit integer arithmetic only, and floating
 * point only in operations IEEE 754 fixes to the last bit, so a seed means one stream on every platform.
 */
export class Rng {
  private readonly key: Words;
  // Four fields rather than an array: a draw then allocates nothing.
  private a: number;
  private b: number;
  private c: number;
  private d: number;
  private spareNormal: number | null;

  /**
   * @param seed a whole number from 0 to 2^53 − 1, or a state to continue from
   * @throws SextantError INVALID_INPUT for any other number
   */
  constructor(seed: number | RngState) {
    if (typeof seed === 'number') {
      if (!Number.isSafeInteger(seed) || seed < 0) {
        throw new SextantError('INVALID_INPUT', `seed ${seed} is not a whole number from 0 to 2^53 − 1`, { field: 'seed', value: seed });
      }
      this.key = wordsFrom([seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0]);
      [this.a, this.b, this.c, this.d] = this.key;
      this.spareNormal = null;
    } else {
      this.key = [...seed.key];
      [this.a, this.b, this.c, this.d] = seed.state;
      this.spareNormal = seed.spareNormal;
    }
  }

  static from(state: RngState): Rng {
    return new Rng(state);
  }

  state(): RngState {
    return { key: [...this.key], state: [this.a, this.b, this.c, this.d], spareNormal: this.spareNormal };
  }

  /** An independent stream for one purpose. It depends on this generator's seed and the label, not on draws so far. */
  fork(label: string): Rng {
    const key = wordsFrom([...this.key, ...new TextEncoder().encode(label), label.length]);
    return new Rng({ key, state: key, spareNormal: null });
  }

  /** 32 random bits. */
  uint32(): number {
    const { a, b, c, d } = this;
    const x = c ^ a;
    const y = d ^ b;
    this.a = (a ^ y) >>> 0;
    this.b = (b ^ x) >>> 0;
    this.c = (x ^ (b << 9)) >>> 0;
    this.d = rotate(y, 11);
    return Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
  }

  /** Uniform on [0, 1), 53 bits. */
  uniform(): number {
    const high = this.uint32() >>> 5;
    const low = this.uint32() >>> 6;
    return (high * 2 ** 26 + low) * 2 ** -53;
  }

  /** Uniform on 0 … n − 1, without bias. */
  int(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > 2 ** 32) {
      throw new SextantError('INVALID_INPUT', `cannot draw below ${n}; expected a whole number from 1 to 2^32`, { field: 'n', value: n });
    }
    // Values above the largest multiple of n would make small results likelier.
    const limit = 2 ** 32 - (2 ** 32 % n);
    let value = this.uint32();
    while (value >= limit) value = this.uint32();
    return value % n;
  }

  /** Standard normal, by Marsaglia's polar method. */
  normal(): number {
    if (this.spareNormal !== null) {
      const spare = this.spareNormal;
      this.spareNormal = null;
      return spare;
    }
    for (;;) {
      const x = 2 * this.uniform() - 1;
      const y = 2 * this.uniform() - 1;
      const square = x * x + y * y;
      if (square >= 1 || square === 0) continue;
      const factor = Math.sqrt((-2 * logarithm(square)) / square);
      this.spareNormal = y * factor;
      return x * factor;
    }
  }

  /** Fills with normal values of the given standard deviation. */
  normals(length: number, deviation = 1): Float32Array {
    return Float32Array.from({ length }, () => this.normal() * deviation);
  }

  /** Reorders in place (Fisher and Yates). */
  shuffle(array: { length: number; [index: number]: unknown }): void {
    for (let i = array.length - 1; i > 0; i--) {
      const j = this.int(i + 1);
      const held = array[i];
      array[i] = array[j];
      array[j] = held;
    }
  }
}

function rotate(value: number, by: number): number {
  return ((value << by) | (value >>> (32 - by))) >>> 0;
}

/** Four words from any number of them: each input is mixed into a SplitMix32 stream. */
function wordsFrom(inputs: number[]): Words {
  let state = 0x9e3779b9;
  const next = (): number => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) >>> 0;
  };
  for (const input of inputs) state = (state ^ input ^ next()) >>> 0;
  const words: Words = [next(), next(), next(), next()];
  // xoshiro never leaves the all-zero state.
  return words.some((word) => word !== 0) ? words : [1, 2, 3, 4];
}

const ln2 = 0.6931471805599453;

/**
 * ln x for 0 < x < 1 from additions, multiplications and divisions alone: Math.log may differ in the last bit
 * between engines. x = m·2^e with m in [√½, √2), ln m = 2 artanh((m − 1)/(m + 1)) by its series.
 */
function logarithm(x: number): number {
  let mantissa = x;
  let exponent = 0;
  while (mantissa < Math.SQRT1_2) {
    mantissa *= 2;
    exponent -= 1;
  }
  const z = (mantissa - 1) / (mantissa + 1);
  const square = z * z;
  let sum = 0;
  for (let power = 21; power >= 1; power -= 2) sum = sum * square + 1 / power;
  return 2 * z * sum + exponent * ln2;
}
