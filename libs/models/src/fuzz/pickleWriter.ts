import type { Stored } from './referenceReaders';

/**
 * For tests: the pickle of a state dict as `torch.save` writes it (protocol 2), all tensors as views of one storage of float32; names in
 * `transposed` are stored the other way round and described by their strides.
 */
export function stateDict(tensors: ReadonlyMap<string, Stored>, transposed: readonly string[]): { pickle: Buffer; storage: Buffer } {
  const total = [...tensors.values()].reduce((sum, { values }) => sum + values.length, 0);
  const parts: Buffer[] = [Buffer.from('\x80\x02ccollections\nOrderedDict\n)R(', 'latin1')];
  const values: Float32Array[] = [];
  let offset = 0;
  for (const [name, { shape, values: data }] of tensors) {
    const [rows = 1, columns = 1] = shape;
    const turned = transposed.includes(name);
    const strides = turned ? [1, rows] : shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
    values.push(turned ? Float32Array.from(data, (_, at) => data[(at % rows) * columns + Math.floor(at / rows)]!) : data);
    parts.push(text(name), Buffer.from('ctorch._utils\n_rebuild_tensor_v2\n((', 'latin1'), text('storage'), Buffer.from('ctorch\nFloatStorage\n'), text('0'), text('cpu'));
    parts.push(integer(total), Buffer.from('tQ'), integer(offset), tuple(shape), tuple(strides), Buffer.from('\x89ccollections\nOrderedDict\n)RtR', 'latin1'));
    offset += data.length;
  }
  parts.push(Buffer.from('u.'));
  const storage = Buffer.concat(values.map((part) => Buffer.from(part.buffer, part.byteOffset, part.byteLength)));
  return { pickle: Buffer.concat(parts), storage };
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
