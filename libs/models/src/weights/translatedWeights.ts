import type { TensorFile } from '@sextant/formats';
import { sizeOf } from '../parameters';
import type { WeightSource } from './weightSource';

/** Where a published name's values lie in another format. */
export interface Translation {
  tensor: string;
  /** Heads whose rows are stored in rotating pairs (2i, 2i + 1); they are reordered to (i, i + half). */
  pairedHeads?: number;
}

/**
 * A tensor file under published names. Tensors that no translation mentions keep their names, so that the loader
 * refuses them.
 */
export function translatedWeights(file: TensorFile, translations: ReadonlyMap<string, Translation>): WeightSource {
  const used = new Set([...translations.values()].map(({ tensor }) => tensor));
  const storedName = (name: string) => translations.get(name)?.tensor ?? name;
  return {
    names: () => [...[...translations].filter(([, { tensor }]) => file.has(tensor)).map(([name]) => name), ...file.names().filter((name) => !used.has(name))],
    shape: (name) => file.info(storedName(name)).shape,
    read(name) {
      const data = file.read(storedName(name));
      const heads = translations.get(name)?.pairedHeads;
      return heads === undefined ? data : pairsToHalves(data, heads, sizeOf(file.info(storedName(name)).shape.slice(1)));
    },
    file: () => file.path,
    close: () => file.close(),
  };
}

/** Rows (0, 1, 2, 3, …) of each head become (0, 2, …, 1, 3, …). */
function pairsToHalves(data: Float32Array, heads: number, width: number): Float32Array {
  const reordered = new Float32Array(data.length);
  const headRows = data.length / width / heads;
  for (let row = 0; row < heads * headRows; row++) {
    const [head, place] = [Math.floor(row / headRows), row % headRows];
    const from = head * headRows + (place < headRows / 2 ? 2 * place : 2 * place - headRows + 1);
    reordered.set(data.subarray(from * width, (from + 1) * width), row * width);
  }
  return reordered;
}
