import { ByteReader } from './byteReader';

/** A tensor as the pickle describes it: a view of a storage that lies elsewhere in the archive. */
export class PickledTensor {
  constructor(
    readonly storage: PickledStorage,
    readonly offset: number,
    readonly shape: number[],
    readonly strides: number[],
  ) {}
}

export class PickledStorage {
  constructor(
    /** Name of torch's storage class, such as `FloatStorage`. */
    readonly type: string,
    readonly key: string,
    /** Number of elements. */
    readonly count: number,
  ) {}
}

export type PickleDict = Map<string | number | boolean | null, PickleValue>;
export type PickleValue = null | boolean | number | bigint | string | PickleTuple | PickleValue[] | PickleDict | PickledTensor | PickledStorage | Global;

/** Kept apart from lists, as pickles do. */
export class PickleTuple {
  constructor(readonly items: readonly PickleValue[]) {}
}

/** A name the pickle refers to. Nothing is ever imported: the few that are allowed have their meaning below. */
class Global {
  constructor(readonly name: string) {}
}

const MARK = Symbol('mark');

/**
 * Reads a pickle that holds tensors, containers, numbers and text (protocols 2 to 5; opcodes of CPython's
 * pickletools). It is an interpreter of data only: names are compared with a short list and never looked up,
 * and any other opcode or name ends it. Values shared by reference stay shared; nothing is expanded.
 * @throws SyntaxError naming opcode or name and the byte.
 */
export function readPickle(bytes: Uint8Array): PickleValue {
  return new Unpickler(bytes).run();
}

class Unpickler {
  private readonly input: ByteReader;
  private readonly stack: (PickleValue | typeof MARK)[] = [];
  private readonly memo = new Map<number, PickleValue>();
  /** OrderedDicts, the only objects that BUILD may touch. */
  private readonly ordered = new WeakSet<object>();

  constructor(bytes: Uint8Array) {
    this.input = new ByteReader(bytes);
  }

  run(): PickleValue {
    for (;;) {
      const at = this.input.at;
      const code = this.input.u8();
      if (code === 0x2e) {
        const value = this.pop();
        return this.stack.length === 0 ? value : this.refuse('the pickle ends with values left on its stack', at);
      }
      const opcode = opcodes[code];
      if (!opcode) return this.refuse(`opcode 0x${code.toString(16).padStart(2, '0')} is not allowed`, at);
      this.execute(opcode, at);
    }
  }

  private execute(opcode: Opcode, at: number): void {
    const { input } = this;
    switch (opcode) {
      case 'PROTO':
        if (input.u8() > 5) this.refuse('unknown pickle protocol', at);
        return;
      case 'FRAME':
        input.u64();
        return;
      case 'MARK':
        this.stack.push(MARK);
        return;
      case 'NONE':
        return this.push(null);
      case 'NEWTRUE':
        return this.push(true);
      case 'NEWFALSE':
        return this.push(false);
      case 'BININT':
        return this.push(input.i32());
      case 'BININT1':
        return this.push(input.u8());
      case 'BININT2':
        return this.push(input.u16());
      case 'LONG1':
        return this.push(this.long(input.u8(), at));
      case 'LONG4':
        return this.push(this.long(input.u32(), at));
      case 'BINFLOAT':
        return this.push(input.f64BigEndian());
      case 'SHORT_BINUNICODE':
        return this.push(input.utf8(input.u8()));
      case 'BINUNICODE':
        return this.push(input.utf8(input.u32()));
      case 'BINUNICODE8':
        return this.push(input.utf8(input.u64()));
      case 'EMPTY_LIST':
        return this.push([]);
      case 'EMPTY_DICT':
        return this.push(new Map());
      case 'EMPTY_TUPLE':
        return this.push(new PickleTuple([]));
      case 'TUPLE1':
        return this.push(new PickleTuple(this.popMany(1)));
      case 'TUPLE2':
        return this.push(new PickleTuple(this.popMany(2)));
      case 'TUPLE3':
        return this.push(new PickleTuple(this.popMany(3)));
      case 'TUPLE':
        return this.push(new PickleTuple(this.popToMark(at)));
      case 'APPEND': {
        const [item] = this.popMany(1);
        this.list(at).push(item!);
        return;
      }
      case 'APPENDS': {
        const items = this.popToMark(at);
        const list = this.list(at);
        for (const item of items) list.push(item);
        return;
      }
      case 'SETITEM': {
        const pair = this.popMany(2);
        return this.setItems(pair, at);
      }
      case 'SETITEMS':
        return this.setItems(this.popToMark(at), at);
      case 'BINPUT':
        this.memo.set(input.u8(), this.top(at));
        return;
      case 'LONG_BINPUT':
        this.memo.set(input.u32(), this.top(at));
        return;
      case 'MEMOIZE':
        this.memo.set(this.memo.size, this.top(at));
        return;
      case 'BINGET':
        return this.push(this.recall(input.u8(), at));
      case 'LONG_BINGET':
        return this.push(this.recall(input.u32(), at));
      case 'GLOBAL':
        return this.push(this.global(`${input.line()}.${input.line()}`, at));
      case 'STACK_GLOBAL': {
        const [module, name] = this.popMany(2);
        return this.push(this.global(`${brief(module)}.${brief(name)}`, at));
      }
      case 'BINPERSID':
        return this.push(this.persistent(this.pop(), at));
      case 'REDUCE': {
        const [callable, args] = this.popMany(2);
        return this.push(this.reduce(callable!, args!, at));
      }
      case 'BUILD': {
        const [state] = this.popMany(1);
        return this.build(state!, at);
      }
    }
  }

  private refuse(what: string, at: number): never {
    throw new SyntaxError(`${what} (byte ${at} of the pickle)`);
  }

  private push(value: PickleValue): void {
    this.stack.push(value);
  }

  private pop(): PickleValue {
    return this.popMany(1)[0]!;
  }

  private popMany(count: number): PickleValue[] {
    const items = this.stack.splice(Math.max(0, this.stack.length - count));
    const values = items.filter((item): item is PickleValue => item !== MARK);
    return values.length === count ? values : this.refuse('the pickle takes a value that is not there', this.input.at - 1);
  }

  private popToMark(at: number): PickleValue[] {
    const mark = this.stack.lastIndexOf(MARK);
    if (mark < 0) return this.refuse('the pickle has no mark to go back to', at);
    const items = this.stack.splice(mark).slice(1);
    return items.filter((item): item is PickleValue => item !== MARK);
  }

  private top(at: number): PickleValue {
    const value = this.stack.at(-1);
    return value === undefined || value === MARK ? this.refuse('the pickle remembers a value that is not there', at) : value;
  }

  private recall(key: number, at: number): PickleValue {
    const value = this.memo.get(key);
    return value === undefined ? this.refuse(`the pickle recalls ${key}, which it never stored`, at) : value;
  }

  private list(at: number): PickleValue[] {
    const value = this.top(at);
    return Array.isArray(value) ? value : this.refuse('the pickle appends to something that is not a list', at);
  }

  private setItems(items: PickleValue[], at: number): void {
    const dict = this.top(at);
    if (!(dict instanceof Map) || items.length % 2 !== 0) return this.refuse('the pickle sets items of something that is not a dictionary', at);
    for (let i = 0; i < items.length; i += 2) {
      const key = items[i]!;
      if (typeof key === 'bigint' || (typeof key === 'object' && key !== null)) return this.refuse('a dictionary key is not text or a number', at);
      dict.set(key, items[i + 1]!);
    }
  }

  /** Little-endian two's complement, of at most 8 bytes. */
  private long(length: number, at: number): number | bigint {
    if (length > 8) return this.refuse(`an integer of ${length} bytes is not allowed`, at);
    const bytes = this.input.take(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
    value = BigInt.asIntN(8 * length, value);
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }

  private global(name: string, at: number): Global {
    const allowed = name === ORDERED_DICT || name === REBUILD_TENSOR || name === REBUILD_PARAMETER || /^torch\.[A-Z][A-Za-z0-9]*Storage$/.test(name);
    return allowed ? new Global(name) : this.refuse(`the name ${name} is not allowed; a checkpoint may hold tensors, containers, numbers and text`, at);
  }

  /** ('storage', storage class, key, device, element count): torch/serialization.py. */
  private persistent(id: PickleValue, at: number): PickledStorage {
    const [kind, type, key, , count] = id instanceof PickleTuple ? id.items : [];
    if (kind !== 'storage' || !(type instanceof Global) || !type.name.startsWith('torch.') || typeof key !== 'string' || !isSize(count)) {
      return this.refuse('a persistent id is not a tensor storage', at);
    }
    return new PickledStorage(type.name.slice('torch.'.length), key, count);
  }

  private reduce(callable: PickleValue, args: PickleValue, at: number): PickleValue {
    if (!(callable instanceof Global) || !(args instanceof PickleTuple)) return this.refuse('the pickle calls something that is not a name', at);
    const { items } = args;
    if (callable.name === ORDERED_DICT && items.length === 0) {
      const dict: PickleDict = new Map();
      this.ordered.add(dict);
      return dict;
    }
    if (callable.name === REBUILD_PARAMETER && items[0] instanceof PickledTensor) return items[0];
    if (callable.name === REBUILD_TENSOR) {
      const [storage, offset, shape, strides] = items;
      if (storage instanceof PickledStorage && isSize(offset) && shape instanceof PickleTuple && strides instanceof PickleTuple) {
        const sizes = shape.items.filter(isSize);
        const steps = strides.items.filter(isSize);
        if (sizes.length === shape.items.length && steps.length === strides.items.length && sizes.length === steps.length) {
          return new PickledTensor(storage, offset, sizes, steps);
        }
        return this.refuse(`a tensor has shape (${shape.items.map(brief).join(', ')}) and strides (${strides.items.map(brief).join(', ')}); expected whole numbers from 0`, at);
      }
    }
    return this.refuse(`${callable.name} is called with arguments that are not allowed`, at);
  }

  /** torch's state_dict keeps its version in `_metadata`, an attribute of the OrderedDict; it is dropped. */
  private build(state: PickleValue, at: number): void {
    const target = this.top(at);
    const onlyMetadata = state instanceof Map && [...state.keys()].every((key) => key === '_metadata');
    if (!(target instanceof Map) || !this.ordered.has(target) || !onlyMetadata) this.refuse('BUILD sets attributes other than _metadata of an OrderedDict', at);
  }
}

const ORDERED_DICT = 'collections.OrderedDict';
const REBUILD_TENSOR = 'torch._utils._rebuild_tensor_v2';
const REBUILD_PARAMETER = 'torch._utils._rebuild_parameter';

/** A value in a message; containers only by kind, as one of a few bytes can be endless when written out. */
function brief(value: PickleValue | undefined): string {
  return typeof value === 'object' && value !== null ? 'a container' : String(value);
}

function isSize(value: PickleValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

const opcodeNames = {
  0x80: 'PROTO', 0x95: 'FRAME', 0x28: 'MARK', 0x4e: 'NONE', 0x88: 'NEWTRUE', 0x89: 'NEWFALSE',
  0x4a: 'BININT', 0x4b: 'BININT1', 0x4d: 'BININT2', 0x8a: 'LONG1', 0x8b: 'LONG4', 0x47: 'BINFLOAT',
  0x8c: 'SHORT_BINUNICODE', 0x58: 'BINUNICODE', 0x8d: 'BINUNICODE8',
  0x5d: 'EMPTY_LIST', 0x7d: 'EMPTY_DICT', 0x29: 'EMPTY_TUPLE', 0x85: 'TUPLE1', 0x86: 'TUPLE2', 0x87: 'TUPLE3', 0x74: 'TUPLE',
  0x61: 'APPEND', 0x65: 'APPENDS', 0x73: 'SETITEM', 0x75: 'SETITEMS',
  0x71: 'BINPUT', 0x72: 'LONG_BINPUT', 0x94: 'MEMOIZE', 0x68: 'BINGET', 0x6a: 'LONG_BINGET',
  0x63: 'GLOBAL', 0x93: 'STACK_GLOBAL', 0x51: 'BINPERSID', 0x52: 'REDUCE', 0x62: 'BUILD',
} as const;
type Opcode = (typeof opcodeNames)[keyof typeof opcodeNames];
const opcodes: Readonly<Record<number, Opcode>> = opcodeNames;
