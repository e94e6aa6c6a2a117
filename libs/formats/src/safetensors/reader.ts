import { SextantError } from '@sextant/schema';
import { floatsOf, integersOf, type ElementType } from '../elements';
import { assertFinite } from '../finite';
import { PositionalFile } from '../positionalFile';
import { readSafetensorsHeader } from './header';
import { safetensorsWidths, type SafetensorsDtype, type TensorEntry, type TensorInfo } from './types';
import type { TensorFile } from '../tensorFile';

export interface ReadOptions {
  /** Return NaN and infinities instead of refusing them. */
  allowNonFinite?: boolean;
  /** Only these rows (first dimension): `count` from `start` on. */
  rows?: { start: number; count: number };
}

/** How each dtype's numbers are read; 8-bit floats only come raw. */
const elementTypes: Partial<Record<SafetensorsDtype, ElementType>> = {
  F64: 'f64', F32: 'f32', F16: 'f16', BF16: 'bf16', I64: 'i64', U64: 'u64', I32: 'i32', U32: 'u32', I16: 'i16', U16: 'u16', I8: 'i8', U8: 'u8', BOOL: 'bool',
};

/** A safetensors file, read lazily: only the header is in memory, each tensor comes by positional reads. */
export class SafetensorsFile implements TensorFile {
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
    const type = elementTypes[dtype];
    const values = (type && floatsOf(type, bytes)) ?? this.refuse(name, `is ${dtype}; expected floating-point numbers (F32, F16, BF16 or F64)`, dtype);
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
    const type = elementTypes[dtype];
    const values = type ? integersOf(type, this.bytes(name, options.rows)) : null;
    if (typeof values === 'string') return this.refuse(name, `holds ${values}, which does not fit 32 bits`, values);
    return values ?? this.refuse(name, `is ${dtype}; expected integers`, dtype);
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
