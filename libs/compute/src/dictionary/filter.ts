import * as tf from '@tensorflow/tfjs';
import { detach } from './detach';
import type { Codes, SparseCodes } from './codes';

/**
 * The entries that `keep` wants; the others fall silent. Which are kept is a constant to the gradient, their values are
 * not.
 * @param keep asked for every entry in row order with its row, feature and value; zeros of dense codes are no entries
 */
export function filterCodes(codes: Codes, keep: (row: number, feature: number, value: number) => boolean): Codes {
  if (codes.layout === 'sparse') return filterSparse(codes, keep);
  const { dense, rows, n } = codes;
  const mask = Float32Array.from(dense.dataSync(), (value, at) => (value !== 0 && keep(Math.floor(at / n), at % n, value) ? 1 : 0));
  return { ...codes, dense: tf.tidy(() => tf.mul(dense, tf.tensor2d(mask, [rows, n])).as2D(rows, n)) };
}

function filterSparse(codes: SparseCodes, keep: (row: number, feature: number, value: number) => boolean): SparseCodes {
  const [offsets, features, values] = [codes.offsets.dataSync(), codes.features.dataSync(), codes.values.dataSync()];
  const kept = new Int32Array(values.length);
  const keptOffsets = new Int32Array(codes.rows + 1);
  let count = 0;
  for (let row = 0; row < codes.rows; row++) {
    for (let i = offsets[row]!; i < offsets[row + 1]!; i++) if (keep(row, features[i]!, values[i]!)) kept[count++] = i;
    keptOffsets[row + 1] = count;
  }
  const entries = kept.slice(0, count);
  return {
    ...codes,
    offsets: tf.tensor1d(keptOffsets, 'int32'),
    features: tf.tensor1d(entries.map((i) => features[i]!), 'int32'),
    values: tf.tidy(() => tf.gather(codes.values, tf.tensor1d(entries, 'int32'))),
  };
}

/**
 * The `count` largest positive values of the whole batch (BatchTopK, Bussmann et al. 2024); of equal ones at the
 * boundary the first in row order.
 * @returns the codes, and their smallest value; 0 where nothing is positive
 */
export function keepLargest(codes: Codes, count: number): { codes: Codes; smallest: number } {
  const values = detach(codes.layout === 'sparse' ? codes.values : codes.dense);
  const positive = Float32Array.from(values.dataSync()).filter((value) => value > 0);
  values.dispose();
  if (positive.length <= count) {
    return { codes: filterCodes(codes, (_row, _feature, value) => value > 0), smallest: positive.length > 0 ? positive.reduce((a, b) => Math.min(a, b)) : 0 };
  }
  const smallest = valueOfRank(positive, count - 1);
  let ties = count - positive.reduce((above, value) => above + (value > smallest ? 1 : 0), 0);
  return { codes: filterCodes(codes, (_row, _feature, value) => value > smallest || (value === smallest && ties-- > 0)), smallest };
}

/** The value with `rank` others at or above it (quickselect, descending); reorders the array. */
function valueOfRank(values: Float32Array, rank: number): number {
  let [left, right] = [0, values.length - 1];
  while (left < right) {
    const pivot = values[(left + right) >> 1]!;
    let [i, j] = [left, right];
    while (i <= j) {
      while (values[i]! > pivot) i++;
      while (values[j]! < pivot) j--;
      if (i > j) break;
      [values[i], values[j]] = [values[j]!, values[i]!];
      i++;
      j--;
    }
    if (rank <= j) right = j;
    else if (rank >= i) left = i;
    else break;
  }
  return values[rank]!;
}
