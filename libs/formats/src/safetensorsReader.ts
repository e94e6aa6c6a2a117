import { SextantError } from '@sextant/schema';
import { assertFinite } from './finite';
import { fromBfloat16, fromHalf } from './half';
import { PositionalFile } from './positionalFile';
import { readSafetensorsHeader } from './safetensorsHeader';
import { safetensorsWidths, type TensorEntry, type TensorInfo } from './safetensorsTypes';

export interface ReadOptions {
  /** Return NaN and infinities instead of refusing them. */
  allowNonFinite?: boolean;
  /** Only these rows (first dimension): `count` from `start` on. */
  rows?: { start: number; count: number };
}

/** A safetensors file, read lazily: only the header is in memory, each tensor comes by positional reads. */
export class SafetensorsFile {
  readonly metadata: Record<string, string>;
  private readonly tensors: Map<string, TensorEntry>;

  constructor(private readonly file: PositionalFile) {
    const header = readSafetensorsHeader(file);
    this.metadata = header.metadata;
    this.tensors = header.tensors;
  }

  get path(): string {
    return this.file.path;
  }

  names(): string[] {
    return [...this.tensors.keys()];
  }

  has(name: string): boolean {
    return this.tensors.has(name);
  }

  info(name: string): TensorInfo {
    const { dtype, shape } = this.entry(name);
    return { dtype, shape: [...shape] };
  }

  /**
   * Values of a floating-point tensor as float32, row-major. F32, F16 and BF16 are exact, F64 is rounded.
   * @throws SextantError INVALID_FILE for another dtype, and for NaN or infinities unless allowed.
   */
  read(name: string, options: ReadOptions = {}): Float32Array {
    const { dtype, shape } = this.entry(name);
    const bytes = this.bytes(name, options.rows);
    let values: Float32Array;
    if (dtype === 'F32') values = new Float32Array(bytes.buffer);
    else if (dtype === 'F16') values = fromHalf(new Uint16Array(bytes.buffer));
    else if (dtype === 'BF16') values = fromBfloat16(new Uint16Array(bytes.buffer));
    else if (dtype === 'F64') values = Float32Array.from(new Float64Array(bytes.buffer));
    else return this.refuse(name, `is ${dtype}; expected floating-point numbers (F32, F16, BF16 or F64)`, dtype);
    if (!options.allowNonFinite) {
      const rowLength = shape.slice(1).reduce((product, dimension) => product * dimension, 1);
      assertFinite(values, { file: this.path, tensor: name, shape, start: (options.rows?.start ?? 0) * rowLength });
    }
    return values;
  }

  /**
   * Values of an integer or boolean tensor as int32, row-major.
   * @throws SextantError INVALID_FILE for another dtype or a value beyond int32.
   */
  readInt(name: string, options: Pick<ReadOptions, 'rows'> = {}): Int32Array {
    const { dtype } = this.entry(name);
    const { buffer } = this.bytes(name, options.rows);
    switch (dtype) {
      case 'I32':
        return new Int32Array(buffer);
      case 'BOOL':
      case 'U8':
        return Int32Array.from(new Uint8Array(buffer));
      case 'I8':
        return Int32Array.from(new Int8Array(buffer));
      case 'U16':
        return Int32Array.from(new Uint16Array(buffer));
      case 'I16':
        return Int32Array.from(new Int16Array(buffer));
      case 'U32':
        return this.narrow(name, new Uint32Array(buffer));
      case 'I64':
        return this.narrow(name, new BigInt64Array(buffer));
      case 'U64':
        return this.narrow(name, new BigUint64Array(buffer));
      default:
        return this.refuse(name, `is ${dtype}; expected integers`, dtype);
    }
  }

  /** The tensor's bytes as they are in the file (little-endian). */
  readRaw(name: string, options: Pick<ReadOptions, 'rows'> = {}): Uint8Array {
    return this.bytes(name, options.rows);
  }

  close(): void {
    this.file.close();
  }

  private entry(name: string): TensorEntry {
    const entry = this.tensors.get(name);
    if (entry) return entry;
    const present = this.names().slice(0, 8).join(', ');
    throw new SextantError('INVALID_FILE', `${this.path}: has no tensor ${JSON.stringify(name)} (it has ${present || 'none'})`, { file: this.path, tensor: name });
  }

  private bytes(name: string, rows?: { start: number; count: number }): Uint8Array<ArrayBuffer> {
    const { dtype, shape, begin, end } = this.entry(name);
    let [offset, length] = [begin, end - begin];
    if (rows) {
      if (rows.start < 0 || rows.count < 0 || rows.start + rows.count > (shape[0] ?? 0)) {
        throw new SextantError('INVALID_INPUT', `${this.path}: tensor ${name} has ${shape[0] ?? 0} rows; ${rows.start} to ${rows.start + rows.count} were asked for`, {
          file: this.path,
          tensor: name,
          value: rows,
        });
      }
      const rowBytes = shape.slice(1).reduce((product, dimension) => product * dimension, safetensorsWidths[dtype]);
      [offset, length] = [begin + rows.start * rowBytes, rows.count * rowBytes];
    }
    const bytes = new Uint8Array(length);
    this.file.readInto(bytes, offset);
    return bytes;
  }

  private narrow(name: string, wide: Uint32Array | BigInt64Array | BigUint64Array): Int32Array {
    const values = new Int32Array(wide.length);
    for (let i = 0; i < wide.length; i++) {
      values[i] = Number(wide[i]!);
      if (BigInt(values[i]!) !== BigInt(wide[i]!)) return this.refuse(name, `holds ${wide[i]}, which does not fit 32 bits`, String(wide[i]));
    }
    return values;
  }

  private refuse(name: string, what: string, value: unknown): never {
    throw new SextantError('INVALID_FILE', `${this.path}: tensor ${JSON.stringify(name)} ${what}`, { file: this.path, tensor: name, value });
  }
}

/**
 * Opens a safetensors file and checks its header; tensors are read when asked for.
 * @throws SextantError NOT_FOUND, or INVALID_FILE naming file, tensor and value.
 */
export function openSafetensors(path: string): SafetensorsFile {
  const file = new PositionalFile(path);
  try {
    return new SafetensorsFile(file);
  } catch (error) {
    file.close();
    throw error;
  }
}
