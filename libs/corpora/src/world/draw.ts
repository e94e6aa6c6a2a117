import type { Rng } from '@sextant/compute';

/** One element, each equally likely. */
export function pick<T>(rng: Rng, list: readonly T[]): T {
  const index = rng.int(list.length);
  if (index >= list.length) throw new RangeError('cannot pick from an empty list');
  return list[index] as T;
}

/** An index drawn in proportion to its weight. */
export function pickIndex(rng: Rng, weights: readonly number[]): number {
  let total = 0;
  for (const weight of weights) total += weight;
  let mark = rng.uniform() * total;
  for (let i = 0; i < weights.length - 1; i++) {
    mark -= weights[i] ?? 0;
    if (mark < 0) return i;
  }
  return weights.length - 1;
}

/** A key of a weight table, drawn in proportion to its weight. */
export function pickWeighted<K extends string>(rng: Rng, weights: Readonly<Record<K, number>>): K {
  const keys = Object.keys(weights) as K[];
  return keys[pickIndex(rng, keys.map((key) => weights[key]))] as K;
}

export function chance(rng: Rng, probability: number): boolean {
  return rng.uniform() < probability;
}

/** A shuffled copy. */
export function shuffled<T>(rng: Rng, list: readonly T[]): T[] {
  const copy = [...list];
  rng.shuffle(copy);
  return copy;
}
