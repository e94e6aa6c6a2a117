export interface Extremes {
  indices: Int32Array;
  values: Float32Array;
}

export function largest(row: Float32Array, count: number, options: { skip?: number } = {}): Extremes {
  return extremes(row, count, 1, options.skip ?? -1);
}

export function smallest(row: Float32Array, count: number): Extremes {
  return extremes(row, count, -1, -1);
}

/** The `count` most extreme values of a row and where they are, most extreme first; ties by index. */
function extremes(row: Float32Array, count: number, sign: 1 | -1, skip: number): Extremes {
  const size = Math.min(count, row.length - (skip >= 0 ? 1 : 0));
  const indices = new Int32Array(size);
  const values = new Float32Array(size);
  let filled = 0;
  for (let i = 0; i < row.length; i++) {
    const value = row[i]!;
    if ((filled === size && sign * value <= sign * values[size - 1]!) || i === skip) continue;
    let at = filled < size ? filled++ : size - 1;
    for (; at > 0 && sign * values[at - 1]! < sign * value; at--) {
      values[at] = values[at - 1]!;
      indices[at] = indices[at - 1]!;
    }
    values[at] = value;
    indices[at] = i;
  }
  return { indices, values };
}
