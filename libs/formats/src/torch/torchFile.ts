import { SextantError } from '@sextant/schema';
import { elementCount, elementWidths, floatsOf, integersOf, type ElementType } from '../elements';
import { assertFinite } from '../finite';
import { PickledTensor, readPickle, type PickledStorage, type PickleValue } from './pickle';
import { PositionalFile } from '../positionalFile';
import { stridedCopy } from '../stridedCopy';
import type { TensorFile } from '../tensorFile';
import { ZipFile } from '../zipFile';

/** torch's storage classes and their elements. */
const storageTypes: Readonly<Record<string, ElementType>> = {
  DoubleStorage: 'f64', FloatStorage: 'f32', HalfStorage: 'f16', BFloat16Storage: 'bf16',
  LongStorage: 'i64', IntStorage: 'i32', ShortStorage: 'i16', CharStorage: 'i8', ByteStorage: 'u8', BoolStorage: 'bool',
};

/** Largest pickle read, in bytes: it describes tensors and does not hold them. */
const MAX_PICKLE = 64 * 2 ** 20;
const MAX_DEPTH = 8;
const MAX_VALUES = 1_000_000;

type Constant = null | boolean | number | bigint | string;

/**
 * A torch checkpoint (`.pt`, `.bin`): a zip archive with one restricted pickle (pickle.ts) and a file per
 * storage. Nested dictionaries are joined with dots, so `{model: {W: …}}` gives `model.W`. Tensors are read when
 * asked for, with the CRC of their storage, and come out row-major whatever their strides.
 */
export class TorchFile implements TensorFile {
  /** Numbers, text and booleans beside the tensors, by the same dotted names. */
  readonly constants: ReadonlyMap<string, Constant>;
  private readonly tensors = new Map<string, PickledTensor>();
  private shared: { key: string; bytes: Uint8Array } | null = null;

  constructor(
    private readonly zip: ZipFile,
    private readonly folder: string,
  ) {
    const pickle = `${folder}data.pkl`;
    if (zip.size(pickle) > MAX_PICKLE) zip.refuse(`its pickle has ${zip.size(pickle)} bytes; ${MAX_PICKLE} are the limit`);
    let root: PickleValue;
    try {
      root = readPickle(zip.read(pickle));
    } catch (cause) {
      if (cause instanceof SextantError) throw cause;
      throw new SextantError('INVALID_FILE', `${zip.path}: ${cause instanceof Error ? cause.message : String(cause)}`, { file: zip.path }, { cause });
    }
    const constants = new Map<string, Constant>();
    this.flatten(root, constants);
    this.constants = constants;
    const order = `${folder}byteorder`;
    if (zip.has(order) && new TextDecoder().decode(zip.read(order)) !== 'little') zip.refuse('its numbers are big-endian; only little-endian checkpoints are read');
    for (const [name, tensor] of this.tensors) this.check(name, tensor);
  }

  get path(): string {
    return this.zip.path;
  }

  names(): string[] {
    return [...this.tensors.keys()];
  }

  has(name: string): boolean {
    return this.tensors.has(name);
  }

  info(name: string): { dtype: ElementType; shape: number[] } {
    const tensor = this.tensor(name);
    return { dtype: storageTypes[tensor.storage.type]!, shape: [...tensor.shape] };
  }

  read(name: string, options: { allowNonFinite?: boolean } = {}): Float32Array {
    const { dtype, shape } = this.info(name);
    const values = floatsOf(dtype, this.bytes(name)) ?? this.zip.refuse(`tensor ${JSON.stringify(name)} is ${dtype}; expected floating-point numbers`, name);
    if (!options.allowNonFinite) assertFinite(values, { file: this.path, tensor: name, shape });
    return values;
  }

  readInt(name: string): Int32Array {
    const { dtype } = this.info(name);
    const values = integersOf(dtype, this.bytes(name)) ?? this.zip.refuse(`tensor ${JSON.stringify(name)} is ${dtype}; expected integers`, name);
    return typeof values === 'string' ? this.zip.refuse(`tensor ${JSON.stringify(name)} holds ${values}, which does not fit 32 bits`, name) : values;
  }

  close(): void {
    this.zip.close();
  }

  private tensor(name: string): PickledTensor {
    return this.tensors.get(name) ?? this.zip.refuse(`has no tensor ${JSON.stringify(name)} (it has ${this.names().slice(0, 8).join(', ') || 'none'})`, name);
  }

  /** Depth and number are bounded: a few bytes of pickle can refer to one container endlessly often. */
  private flatten(root: PickleValue, constants: Map<string, Constant>): void {
    if (!(root instanceof Map)) this.zip.refuse('holds no dictionary of tensors at its top');
    const waiting: { prefix: string; value: PickleValue; depth: number }[] = [{ prefix: '', value: root, depth: 0 }];
    for (let visited = 0; waiting.length > 0; visited++) {
      const { prefix, value, depth } = waiting.pop()!;
      if (visited > MAX_VALUES || depth > MAX_DEPTH) this.zip.refuse(`holds dictionaries nested more than ${MAX_DEPTH} deep, or more than ${MAX_VALUES} values`);
      if (value instanceof PickledTensor) {
        if (this.tensors.has(prefix)) this.zip.refuse(`has two tensors called ${JSON.stringify(prefix)}`, prefix);
        this.tensors.set(prefix, value);
      } else if (value instanceof Map) {
        for (const [key, item] of [...value].reverse()) waiting.push({ prefix: prefix ? `${prefix}.${key}` : String(key), value: item, depth: depth + 1 });
      } else if (value === null || typeof value !== 'object') constants.set(prefix, value);
    }
  }

  /** Everything that can be known before reading: the view lies within its storage, and the storage within its entry. */
  private check(name: string, { storage, offset, shape, strides }: PickledTensor): void {
    const where = `tensor ${JSON.stringify(name)}`;
    const type = storageTypes[storage.type];
    if (!type) return this.zip.refuse(`${where} is kept in a ${storage.type}, which is not read`, name);
    const count = elementCount(shape);
    const last = count === 0 ? offset - 1 : shape.reduce((index, size, axis) => index + (size - 1) * strides[axis]!, offset);
    // More elements than the storage has would only repeat them, without end.
    if (count === null || count > storage.count || last >= storage.count) {
      return this.zip.refuse(`${where} of shape [${shape.join(', ')}], strides [${strides.join(', ')}] and offset ${offset} leaves its storage of ${storage.count} numbers`, name);
    }
    const entry = `${this.folder}data/${storage.key}`;
    if (this.zip.size(entry) < storage.count * elementWidths[type]) {
      this.zip.refuse(`${where} needs a storage of ${storage.count * elementWidths[type]} bytes; entry ${JSON.stringify(entry)} has ${this.zip.size(entry)}`, name);
    }
  }

  /** A storage's bytes. One that several tensors share is kept until another is read, so that it is not read for each of them. */
  private stored({ key }: PickledStorage, wanted: number): Uint8Array {
    const bytes = this.shared?.key === key ? this.shared.bytes : this.zip.read(`${this.folder}data/${key}`);
    // A tensor that may be the whole storage gets these bytes as its own.
    this.shared = wanted * 8 < bytes.length ? { key, bytes } : null;
    return bytes;
  }

  /** The tensor's elements, row-major. */
  private bytes(name: string): Uint8Array {
    const { storage, offset, shape, strides } = this.tensor(name);
    const width = elementWidths[storageTypes[storage.type]!];
    const count = elementCount(shape) ?? 0;
    const stored = this.stored(storage, count);
    const contiguous = shape.every((size, axis) => size === 1 || strides[axis] === shape.slice(axis + 1).reduce((product, next) => product * next, 1));
    if (contiguous) return stored.subarray(offset * width, (offset + count) * width);
    return stridedCopy(stored, { width, shape, strides, offset });
  }
}

/**
 * Opens a torch checkpoint without running any of it.
 * @throws SextantError NOT_FOUND, or INVALID_FILE naming file, tensor and value; a name that the pickle refers to
 * and that is not on the short list is named and never imported.
 */
export function openTorch(path: string): TorchFile {
  const file = new PositionalFile(path);
  try {
    if (isBarePickle(file)) {
      const hint = 'load it once in torch and save it again with torch.save';
      throw new SextantError('INVALID_FILE', `${path}: is in torch's format from before version 1.6 (bare pickles, not a zip); ${hint}`, { file: path, hint });
    }
    const zip = new ZipFile(file);
    const pickles = zip.names().filter((name) => /^[^/]+\/data\.pkl$/.test(name));
    if (pickles.length !== 1) zip.refuse(`holds ${pickles.length} pickles named data.pkl; a torch checkpoint has one`);
    return new TorchFile(zip, pickles[0]!.slice(0, -'data.pkl'.length));
  } catch (error) {
    file.close();
    throw error;
  }
}

/** A pickle of protocol 2 and up begins with PROTO. */
function isBarePickle(file: PositionalFile): boolean {
  return file.size >= 2 && file.read(0, 1)[0] === 0x80;
}
