/**
 * For fuzzing tests only: reads sound files in the plainest way, shares nothing with the readers under test, and says what a changed file
 * that was loaded really holds. It may fail on damaged files, which must not have been loaded.
 */
export interface Stored {
  shape: number[];
  values: Float32Array;
}

export function half(bits: number): number {
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  const size = exponent === 0 ? fraction / 2 ** 24 : exponent === 31 ? (fraction ? NaN : Infinity) : (1 + fraction / 1024) * 2 ** (exponent - 15);
  return bits & 0x8000 ? -size : size;
}

const numbers: Readonly<Record<string, { width: number; read: (view: DataView, at: number) => number }>> = {
  F64: { width: 8, read: (view, at) => view.getFloat64(at, true) },
  F32: { width: 4, read: (view, at) => view.getFloat32(at, true) },
  F16: { width: 2, read: (view, at) => half(view.getUint16(at, true)) },
  BF16: {
    width: 2,
    read(view, at) {
      const wide = new DataView(new ArrayBuffer(4));
      wide.setUint16(2, view.getUint16(at, true), true);
      return wide.getFloat32(0, true);
    },
  },
};

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Numbers of a type of `numbers`, rounded to float32. */
export function plain(view: DataView, type: string, at: number, count: number): Float32Array {
  const { width, read } = numbers[type]!;
  return Float32Array.from({ length: count }, (_, i) => read(view, at + i * width));
}

export const product = (shape: readonly number[]) => shape.reduce((size, dimension) => size * dimension, 1);

export function readSafetensors(bytes: Uint8Array): Map<string, Stored> {
  const view = viewOf(bytes);
  const length = Number(view.getBigUint64(0, true));
  const header = JSON.parse(Buffer.from(bytes.subarray(8, 8 + length)).toString()) as Record<string, Listed>;
  const entries = Object.entries(header).filter(([name]) => name !== '__metadata__');
  return new Map(
    entries.map(([name, { dtype, shape, data_offsets: [begin] }]) => [name, { shape, values: plain(view, dtype, 8 + length + begin, product(shape)) }]),
  );
}

interface Listed {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}
