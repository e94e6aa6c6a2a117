/**
 * The elements of a strided view of `source`, row-major. Strides and offset count elements of `width` bytes; the
 * caller has checked that the view lies within the source.
 */
export function stridedCopy(source: Uint8Array, view: { width: number; shape: readonly number[]; strides: readonly number[]; offset?: number }): Uint8Array {
  const { width, shape, strides, offset = 0 } = view;
  const count = shape.reduce((product, size) => product * size, 1);
  const target = new Uint8Array(count * width);
  const position = new Array<number>(shape.length).fill(0);
  for (let index = 0, from = offset; index < count; index++) {
    for (let byte = 0; byte < width; byte++) target[index * width + byte] = source[from * width + byte]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++position[axis]! < shape[axis]!) break;
      from -= shape[axis]! * strides[axis]!;
      position[axis] = 0;
    }
  }
  return target;
}
