import { Rng } from '@sextant/compute';
import type { Stored } from '@sextant/formats/testing';

/** Sizes of the dictionaries that are fuzzed. */
export const [d, n] = [4, 12];

/** Seeded tensors of given shapes; values that float16 holds exactly. */
export function smallTensors(shapes: Readonly<Record<string, number[]>>): Map<string, Stored> {
  const rng = new Rng(11);
  return new Map(
    Object.entries(shapes).map(([name, shape]) => {
      const count = shape.reduce((product, size) => product * size, 1);
      return [name, { shape, values: Float32Array.from({ length: count }, () => Math.round(rng.normal() * 64) / 64 + 1 / 128) }];
    }),
  );
}

/** [columns, rows] of a stored matrix. */
export function turned({ shape, values }: Stored): Stored {
  const [rows = 0, columns = 0] = shape;
  return { shape: [columns, rows], values: Float32Array.from(values, (_, at) => values[(at % rows) * columns + Math.floor(at / rows)]!) };
}
