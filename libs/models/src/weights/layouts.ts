import { sizeOf, type Shape } from '../parameters';

/**
 * How a checkpoint's tensor holds one or several parameters. Both directions are here, so that what is read
 * can be written again to the bit.
 */
export interface TensorLayout {
  /** Shape in the checkpoint, given the shapes of the parameters it holds. */
  shape(parts: readonly Shape[]): Shape;
  /** The parameters' values, each row-major in its own shape. */
  split(data: Float32Array, parts: readonly Shape[]): Float32Array[];
  join(data: readonly Float32Array[], parts: readonly Shape[]): Float32Array;
}

/** The parameter as it is. */
export const direct: TensorLayout = {
  shape: ([only]) => only!,
  split: (data) => [data],
  join: ([only]) => only!,
};

/** Parameters under one another: all rows of the first, then of the second (GPT-2's fused q, k, v). */
export const stacked: TensorLayout = rowLayout((counts) => counts.flatMap((count, part) => Array.from({ length: count }, (_, row) => ({ part, row }))));

/** Rows in runs of `run`, taken from each part in turn: [head, (q, k, v), headDim], as GPT-NeoX fuses them. */
export function interleaved(run: number): TensorLayout {
  return rowLayout((counts) => {
    const order: RowSource[] = [];
    for (let start = 0; start < counts[0]!; start += run) {
      for (const part of counts.keys()) for (let row = start; row < start + run; row++) order.push({ part, row });
    }
    return order;
  });
}

/**
 * Rows of each head in rotating pairs: (2i, 2i + 1) of the checkpoint are (i, i + headDim/2) of the parameter, as
 * llama.cpp and llama2.c store q and k.
 */
export function paired(headDim: number): TensorLayout {
  return rowLayout(([count]) => Array.from({ length: count! }, (_, stored) => {
    const [head, within] = [Math.floor(stored / headDim), stored % headDim];
    return { part: 0, row: head * headDim + (within % 2) * (headDim / 2) + Math.floor(within / 2) };
  }));
}

/** The checkpoint holds each value plus `by`. */
export function shifted(by: number): TensorLayout {
  return {
    shape: ([only]) => only!,
    split: (data) => [data.map((value) => value - by)],
    join: ([only]) => only!.map((value) => value + by),
  };
}

/** A tensor stored [in, out] (GPT-2's Conv1D) around a layout in [out, in]. Vectors have nothing to transpose. */
export function transposed(inner: TensorLayout): TensorLayout {
  const flip = (shape: Shape): Shape => [...shape].reverse();
  return {
    shape: (parts) => flip(inner.shape(parts)),
    split: (data, parts) => inner.split(transpose(data, flip(inner.shape(parts))), parts),
    join: (data, parts) => transpose(inner.join(data, parts), inner.shape(parts)),
  };
}

interface RowSource {
  part: number;
  row: number;
}

/** A layout that orders rows; `order` gives, for each row of the checkpoint, the part and the row it is. */
function rowLayout(order: (rowCounts: number[]) => RowSource[]): TensorLayout {
  const plan = (parts: readonly Shape[]) => ({ width: sizeOf(parts[0]!.slice(1)), rows: order(parts.map(([count]) => count!)) });
  return {
    shape: (parts) => [parts.reduce((sum, [count]) => sum + count!, 0), ...parts[0]!.slice(1)],
    split(data, parts) {
      const { width, rows } = plan(parts);
      const split = parts.map((shape) => new Float32Array(sizeOf(shape)));
      rows.forEach(({ part, row }, at) => split[part]!.set(data.subarray(at * width, (at + 1) * width), row * width));
      return split;
    },
    join(data, parts) {
      const { width, rows } = plan(parts);
      const joined = new Float32Array(rows.length * width);
      rows.forEach(({ part, row }, at) => joined.set(data[part]!.subarray(row * width, (row + 1) * width), at * width));
      return joined;
    },
  };
}

function transpose(data: Float32Array, shape: Shape): Float32Array {
  if (shape.length !== 2) return data;
  const [rows, columns] = [shape[0]!, shape[1]!];
  const flipped = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) for (let column = 0; column < columns; column++) flipped[column * rows + row] = data[row * columns + column]!;
  return flipped;
}
