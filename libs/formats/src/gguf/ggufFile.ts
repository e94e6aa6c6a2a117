import { SextantError } from '@sextant/schema';
import { elementCount } from '../elements';
import { assertFinite } from '../finite';
import { ggmlTypes } from './ggml/registry';
import type { GgmlType } from './ggml/type';
import { FileReader, readGgufValue, type GgufValue } from './metadata';
import { PositionalFile } from '../positionalFile';
import type { TensorFile } from '../tensorFile';

interface GgufTensor {
  /** Null for a type that is not read; its number is kept for the message. */
  type: GgmlType | null;
  typeId: number;
  /** Row-major, slowest first: the file lists them the other way round. */
  shape: number[];
  at: number;
}

/**
 * A GGUF file, version 2 or 3 (ggml/docs/gguf.md). Tensors are dequantised to float32 when read. Names and
 * layouts are the file's own: llama.cpp permutes the rows of q and k of the "llama" architecture, for instance.
 */
export class GgufFile implements TensorFile {
  readonly version: number;
  readonly metadata: ReadonlyMap<string, GgufValue>;
  private readonly tensors = new Map<string, GgufTensor>();

  constructor(private readonly file: PositionalFile) {
    try {
      const reader = new FileReader(file, 0);
      if (reader.u32() !== 0x46554747) throw new SyntaxError('does not begin with GGUF');
      this.version = reader.u32();
      if (this.version !== 2 && this.version !== 3) {
        const bigEndian = this.version > 0xffff ? ' (a big-endian file)' : '';
        throw new SyntaxError(`is GGUF version ${this.version}${bigEndian}; 2 and 3 are read`);
      }
      // A tensor's entry takes at least 24 bytes, a metadata entry 13.
      const tensorCount = reader.count(24);
      const metadata = new Map<string, GgufValue>();
      const valueCount = reader.count(13);
      for (let i = 0; i < valueCount; i++) {
        const key = reader.text();
        if (metadata.has(key)) throw new SyntaxError(`holds the key ${JSON.stringify(key)} twice`);
        metadata.set(key, readGgufValue(reader, reader.u32()));
      }
      this.metadata = metadata;
      this.readTensors(reader, tensorCount);
    } catch (cause) {
      if (cause instanceof SextantError) throw cause;
      throw new SextantError('INVALID_FILE', `${file.path}: ${cause instanceof Error ? cause.message : String(cause)}`, { file: file.path }, { cause });
    }
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

  info(name: string): { dtype: string; shape: number[] } {
    const { type, typeId, shape } = this.tensor(name);
    return { dtype: type?.name ?? `ggml type ${typeId}`, shape: [...shape] };
  }

  /** @throws SextantError INVALID_FILE for a type that is not read, and for NaN and infinities unless allowed. */
  read(name: string, options: { allowNonFinite?: boolean } = {}): Float32Array {
    const { type, typeId, shape, at } = this.tensor(name);
    if (!type) {
      const known = [...ggmlTypes.values()].map((read) => read.name).join(', ');
      return this.refuse(`is of ggml type ${typeId}, which is not read; these are: ${known}`, name, typeId);
    }
    const values = new Float32Array(elementCount(shape) ?? 0);
    type.dequantise(this.file.read(at, bytesOf(type, values.length)), values);
    if (!options.allowNonFinite) assertFinite(values, { file: this.path, tensor: name, shape });
    return values;
  }

  readInt(name: string): never {
    return this.refuse(`is ${this.info(name).dtype}; expected integers`, name, this.info(name).dtype);
  }

  close(): void {
    this.file.close();
  }

  private tensor(name: string): GgufTensor {
    return this.tensors.get(name) ?? this.refuse(`is not there (there are ${this.names().slice(0, 8).join(', ') || 'none'})`, name, name);
  }

  private refuse(what: string, tensor: string, value: unknown): never {
    throw new SextantError('INVALID_FILE', `${this.path}: tensor ${JSON.stringify(tensor)} ${what}`, { file: this.path, tensor, value });
  }

  private readTensors(reader: FileReader, count: number): void {
    const listed: { name: string; tensor: GgufTensor; offset: bigint }[] = [];
    for (let i = 0; i < count; i++) {
      const name = reader.text();
      const dimensions = reader.u32();
      if (dimensions > 4) this.refuse(`has ${dimensions} dimensions; ggml has at most 4`, name, dimensions);
      const shape = Array.from({ length: dimensions }, () => Number(reader.u64())).reverse();
      const typeId = reader.u32();
      listed.push({ name, tensor: { type: ggmlTypes.get(typeId) ?? null, typeId, shape, at: 0 }, offset: reader.u64() });
    }
    const alignment = this.metadata.get('general.alignment') ?? 32;
    if (typeof alignment !== 'number' || alignment < 1 || !Number.isInteger(Math.log2(alignment))) throw new SyntaxError(`general.alignment is ${String(alignment)}, not a power of two`);
    const dataAt = Math.ceil(reader.at / alignment) * alignment;
    const aligned = (at: bigint) => ((at + BigInt(alignment) - 1n) / BigInt(alignment)) * BigInt(alignment);
    // Where the next tensor must begin; null behind a tensor whose type, and so its size, is not known.
    let free: bigint | null = 0n;
    for (const { name, tensor, offset } of listed.sort((a, b) => (a.offset < b.offset ? -1 : Number(a.offset > b.offset)))) {
      const { type, shape } = tensor;
      if (this.tensors.has(name)) this.refuse('is listed twice', name, name);
      const elements = elementCount(shape);
      if (elements === null) this.refuse(`has a shape of more than 2^53 elements: [${shape.join(', ')}]`, name, shape);
      if (type && (shape.at(-1) ?? 1) % type.blockSize !== 0) this.refuse(`has rows of ${shape.at(-1)}, not a multiple of ${type.name}'s block of ${type.blockSize}`, name, shape);
      if (offset % BigInt(alignment) !== 0n) this.refuse(`begins at offset ${offset}, not a multiple of the alignment ${alignment}`, name, String(offset));
      if (free !== null && offset !== free) {
        const what = offset < free ? 'overlaps the tensor before it' : `leaves ${offset - free} bytes before it that belong to no tensor`;
        this.refuse(`begins at offset ${offset}, not at ${free}, and ${what}`, name, String(offset));
      }
      const bytes = type && elements !== null ? bytesOf(type, elements) : 0;
      if (BigInt(dataAt) + offset + BigInt(bytes) > BigInt(this.file.size)) {
        this.refuse(`needs ${bytes} bytes from offset ${offset} on, beyond the file's ${this.file.size}`, name, String(offset));
      }
      free = type ? aligned(offset + BigInt(bytes)) : null;
      tensor.at = dataAt + Number(offset);
      this.tensors.set(name, tensor);
    }
    const end = free === null ? null : BigInt(dataAt) + free;
    if (end !== null && BigInt(this.file.size) > end) throw new SyntaxError(`has ${BigInt(this.file.size) - end} bytes behind its last tensor`);
  }
}

function bytesOf(type: GgmlType, elements: number): number {
  return (elements / type.blockSize) * type.blockBytes;
}

/** @throws SextantError NOT_FOUND, or INVALID_FILE naming file, tensor and value. */
export function openGguf(path: string): GgufFile {
  const file = new PositionalFile(path);
  try {
    return new GgufFile(file);
  } catch (error) {
    file.close();
    throw error;
  }
}
