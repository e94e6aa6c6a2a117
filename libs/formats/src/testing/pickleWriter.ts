import type { Stored } from './plainReaders';

/** What may lie beside the tensors: text, a number that torch keeps as a scalar int32 tensor, a plain number, or a dictionary of these. */
export type PickleConstant = string | number | { int32: number } | { dict: Readonly<Record<string, PickleConstant>> };

interface StateDictOptions {
  /** Names stored the other way round and described by their strides. */
  transposed?: readonly string[];
  beside?: Readonly<Record<string, PickleConstant>>;
}

interface StateDict {
  pickle: Buffer;
  /** Storage 0. */
  storage: Buffer;
  /** Storage 1. */
  integers: Buffer;
}

/**
 * For tests: the pickle of a state dict as `torch.save` writes it (protocol 2), all tensors as views of storage 0 of float32; scalar
 * int32 tensors are views of storage 1.
 */
export function stateDict(tensors: ReadonlyMap<string, Stored>, { transposed = [], beside = {} }: StateDictOptions = {}): StateDict {
  const total = [...tensors.values()].reduce((sum, { values }) => sum + values.length, 0);
  const parts: Buffer[] = [Buffer.from('\x80\x02ccollections\nOrderedDict\n)R(', 'latin1')];
  const values: Float32Array[] = [];
  const integers: number[] = [];
  let offset = 0;
  for (const [name, { shape, values: data }] of tensors) {
    const [rows = 1, columns = 1] = shape;
    const turned = transposed.includes(name);
    const strides = turned ? [1, rows] : shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
    values.push(turned ? Float32Array.from(data, (_, at) => data[(at % rows) * columns + Math.floor(at / rows)]!) : data);
    parts.push(text(name), view({ type: 'Float', key: '0', total, offset, shape, strides }));
    offset += data.length;
  }
  const held = countIntegers(beside);
  const constant = (value: PickleConstant): Buffer => {
    if (typeof value === 'string') return text(value);
    if (typeof value === 'number') return integer(value);
    if ('dict' in value) return Buffer.concat([Buffer.from('}('), ...entries(value.dict), Buffer.from('u')]);
    integers.push(value.int32);
    return view({ type: 'Int', key: '1', total: held, offset: integers.length - 1, shape: [], strides: [] });
  };
  const entries = (dict: Readonly<Record<string, PickleConstant>>) => Object.entries(dict).flatMap(([name, value]) => [text(name), constant(value)]);
  parts.push(...entries(beside), Buffer.from('u.'));
  const storage = Buffer.concat(values.map((part) => Buffer.from(part.buffer, part.byteOffset, part.byteLength)));
  return { pickle: Buffer.concat(parts), storage, integers: Buffer.from(Int32Array.from(integers).buffer) };
}

function countIntegers(beside: Readonly<Record<string, PickleConstant>>): number {
  return Object.values(beside).reduce<number>((sum, value) => sum + (typeof value !== 'object' ? 0 : 'int32' in value ? 1 : countIntegers(value.dict)), 0);
}

interface View {
  type: 'Float' | 'Int';
  key: string;
  /** Numbers in the storage. */
  total: number;
  offset: number;
  shape: readonly number[];
  strides: readonly number[];
}

function view({ type, key, total, offset, shape, strides }: View): Buffer {
  const storage = [Buffer.from('ctorch._utils\n_rebuild_tensor_v2\n((', 'latin1'), text('storage'), Buffer.from(`ctorch\n${type}Storage\n`), text(key), text('cpu')];
  const place = [integer(total), Buffer.from('tQ'), integer(offset), tuple(shape), tuple(strides), Buffer.from('\x89ccollections\nOrderedDict\n)RtR', 'latin1')];
  return Buffer.concat([...storage, ...place]);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  const head = Buffer.from('X\0\0\0\0', 'latin1');
  head.writeUInt32LE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

function integer(value: number): Buffer {
  const bytes = Buffer.from('J\0\0\0\0', 'latin1');
  bytes.writeInt32LE(value, 1);
  return bytes;
}

function tuple(values: readonly number[]): Buffer {
  return Buffer.concat([Buffer.from('('), ...values.map(integer), Buffer.from('t')]);
}
