/** A file of named tensors, whatever its format; loaders that only need values ask for nothing more. */
export interface TensorFile {
  readonly path: string;
  names(): string[];
  has(name: string): boolean;
  /** `dtype` is the format's own name for it. */
  info(name: string): { dtype: string; shape: number[] };
  /** Values of a floating-point or quantised tensor as float32, row-major. NaN and infinities are refused unless allowed. */
  read(name: string, options?: { allowNonFinite?: boolean }): Float32Array;
  /** Values of an integer tensor as int32, row-major. */
  readInt(name: string): Int32Array;
  close(): void;
}
