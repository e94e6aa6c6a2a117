import { SextantError } from '@sextant/schema';
import { elementCount, elementWidths, floatsOf, integersOf, type ElementType } from '../elements';
import { assertFinite } from '../finite';
import { npyElements, readNpyHeader, type NpyHeader } from './npyArray';
import { PositionalFile } from '../positionalFile';
import type { TensorFile } from '../tensorFile';
import { openZip, type ZipFile } from '../zipFile';

/** Longest .npy header looked for, in bytes. */
const HEADER_ROOM = 4096;

/** An `.npz`: a zip archive of .npy arrays. Headers are read at once, arrays when asked for, with their CRC. */
export class NpzFile implements TensorFile {
  private readonly headers = new Map<string, NpyHeader>();

  constructor(private readonly zip: ZipFile) {
    for (const entry of zip.names()) {
      const name = entry.endsWith('.npy') ? entry.slice(0, -4) : zip.refuse(`holds ${JSON.stringify(entry)}, which is no .npy array`, entry);
      const header = headerOf(zip.head(entry, HEADER_ROOM), zip.size(entry), { file: zip.path, tensor: name });
      this.headers.set(name, header);
    }
  }

  get path(): string {
    return this.zip.path;
  }

  names(): string[] {
    return [...this.headers.keys()];
  }

  has(name: string): boolean {
    return this.headers.has(name);
  }

  info(name: string): { dtype: ElementType; shape: number[] } {
    const { type, shape } = this.header(name);
    return { dtype: type, shape: [...shape] };
  }

  read(name: string, options: { allowNonFinite?: boolean } = {}): Float32Array {
    const header = this.header(name);
    const values = floatsOf(header.type, this.elements(name, header)) ?? this.zip.refuse(`array ${JSON.stringify(name)} is ${header.type}; expected floating-point numbers`, name);
    if (!options.allowNonFinite) assertFinite(values, { file: this.path, tensor: name, shape: header.shape });
    return values;
  }

  readInt(name: string): Int32Array {
    const header = this.header(name);
    const values = integersOf(header.type, this.elements(name, header)) ?? this.zip.refuse(`array ${JSON.stringify(name)} is ${header.type}; expected integers`, name);
    return typeof values === 'string' ? this.zip.refuse(`array ${JSON.stringify(name)} holds ${values}, which does not fit 32 bits`, name) : values;
  }

  close(): void {
    this.zip.close();
  }

  private header(name: string): NpyHeader {
    return this.headers.get(name) ?? this.zip.refuse(`has no array ${JSON.stringify(name)} (it has ${this.names().slice(0, 8).join(', ') || 'none'})`, name);
  }

  private elements(name: string, header: NpyHeader): Uint8Array {
    return npyElements(this.zip.read(`${name}.npy`).subarray(header.dataAt), header);
  }
}

/** @throws SextantError NOT_FOUND, or INVALID_FILE naming file, array and value. */
export function openNpz(path: string): NpzFile {
  const zip = openZip(path);
  try {
    return new NpzFile(zip);
  } catch (error) {
    zip.close();
    throw error;
  }
}

/** One `.npy` array of floating-point numbers as float32, row-major. @throws SextantError as `openNpz`. */
export function readNpy(path: string): { shape: number[]; values: Float32Array } {
  const file = new PositionalFile(path);
  try {
    const bytes = file.read(0, file.size);
    const header = headerOf(bytes, file.size, { file: path, tensor: 'array' });
    const values = floatsOf(header.type, npyElements(bytes.subarray(header.dataAt), header));
    if (!values) throw new SextantError('INVALID_FILE', `${path}: is ${header.type}; expected floating-point numbers`, { file: path, value: header.type });
    assertFinite(values, { file: path, tensor: 'array', shape: header.shape });
    return { shape: header.shape, values };
  } finally {
    file.close();
  }
}

/** The header, checked against the size of the whole array file. */
function headerOf(bytes: Uint8Array, size: number, where: { file: string; tensor: string }): NpyHeader {
  const refuse = (what: string, cause?: unknown): never => {
    throw new SextantError('INVALID_FILE', `${where.file}: array ${JSON.stringify(where.tensor)} ${what}`, where, { cause });
  };
  let header: NpyHeader;
  try {
    header = readNpyHeader(bytes);
  } catch (cause) {
    return refuse(cause instanceof Error ? cause.message : String(cause), cause);
  }
  const count = elementCount(header.shape);
  const needed = count === null ? Infinity : count * elementWidths[header.type];
  if (header.dataAt + needed !== size) return refuse(`of shape (${header.shape.join(', ')}) needs ${needed} bytes, but has ${size - header.dataAt}`);
  return header;
}
