import { SextantError } from '@sextant/schema';
import type { TensorFile } from '@sextant/formats';
import type { WeightArray, WeightDtype } from '../config';
import { transposed } from '../matrix';

const dtypes: Readonly<Record<string, WeightDtype>> = { f32: 'float32', f16: 'float16', bf16: 'bfloat16', f64: 'float32' };

/** Takes a dictionary's tensors out of a file one by one, each with the shape it must have; what nobody takes is refused. */
export class TensorReader {
  private readonly taken = new Set<string>();

  constructor(private readonly file: TensorFile) {}

  get path(): string {
    return this.file.path;
  }

  has(name: string): boolean {
    return this.file.has(name);
  }

  /** Sizes of a matrix. @throws SextantError INVALID_FILE when it is none */
  matrixShape(name: string): [number, number] {
    const { shape } = this.file.info(name);
    const [rows, columns] = shape;
    if (shape.length !== 2 || !rows || !columns) throw this.refuse(name, shape, `has shape [${shape}]; expected a matrix`);
    return [rows, columns];
  }

  /** A matrix [rows, columns]. */
  matrix(name: string, rows: number, columns: number): WeightArray {
    return this.read(name, [rows, columns]);
  }

  /** The transpose [columns, rows] of a matrix stored as [rows, columns]. */
  turned(name: string, rows: number, columns: number): WeightArray {
    const { data, dtype } = this.read(name, [rows, columns]);
    return { shape: [columns, rows], data: transposed(Float32Array.from(data), rows, columns), ...(dtype && { dtype }) };
  }

  vector(name: string, length: number): WeightArray {
    return this.read(name, [length]);
  }

  /** A lone number, stored as a scalar or as one of its kind. */
  scalar(name: string): number {
    const { dtype, shape } = this.file.info(name);
    if (shape.some((size) => size !== 1)) throw this.refuse(name, shape, `has shape [${shape}]; expected one number`);
    this.taken.add(name);
    const values = dtypes[dtype.toLowerCase()] ? this.file.read(name) : this.file.readInt(name);
    return values[0]!;
  }

  integers(name: string): number[] {
    this.taken.add(name);
    return [...this.file.readInt(name)];
  }

  /** Tensors that say nothing about what the dictionary computes. */
  ignore(...names: string[]): void {
    for (const name of names) this.taken.add(name);
  }

  /** Storage type of a tensor, in the house's names. */
  dtype(name: string): WeightDtype {
    return dtypes[this.file.info(name).dtype.toLowerCase()] ?? 'float32';
  }

  /** @throws SextantError INVALID_FILE for a tensor that was not taken: leaving it out might change every activation */
  finish(kind: string): void {
    const other = this.file.names().find((name) => !this.taken.has(name));
    if (other !== undefined) throw this.refuse(other, this.file.info(other).shape, `does not belong to a ${kind}`);
  }

  private read(name: string, shape: number[]): WeightArray {
    const info = this.file.info(name);
    if (info.shape.length !== shape.length || shape.some((size, axis) => size !== info.shape[axis])) {
      throw this.refuse(name, info.shape, `has shape [${info.shape}]; the other tensors need [${shape}]`);
    }
    this.taken.add(name);
    return { shape, data: this.file.read(name), dtype: this.dtype(name) };
  }

  private refuse(tensor: string, value: unknown, what: string): SextantError {
    return new SextantError('INVALID_FILE', `${this.path}: tensor ${JSON.stringify(tensor)} ${what}`, { file: this.path, tensor, value });
  }
}
