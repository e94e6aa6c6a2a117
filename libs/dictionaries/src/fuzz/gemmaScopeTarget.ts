import { mutate, mutation, plain, product, storedZip, viewOf, type FuzzTarget, type Mutation, type Stored } from '@sextant/formats/testing';
import { expectSaid, loadedFrom, type Loaded } from './loaded';
import { memory } from './memory';
import { d, n, smallTensors, turned } from './small';

/** params.npz: an odd number of changes goes into the archive, an even one into one of its arrays, whose checksum is then made right. */
export function gemmaScopeFolder(): FuzzTarget<Loaded> {
  const tensors = smallTensors({ W_enc: [d, n], W_dec: [n, d], b_enc: [n], b_dec: [d], threshold: [n] });
  const arrays = Object.fromEntries([...tensors].map(([name, tensor]) => [`${name}.npy`, npy(tensor)]));
  const names = Object.keys(arrays);
  const good = storedZip(arrays);
  const change = (bytes: Uint8Array, mutations: readonly Mutation[]) => {
    const [first] = mutations;
    if (mutations.length % 2 === 1 || !first) return mutate(bytes, mutations);
    const name = names[('at' in first ? Math.floor(first.at * 2 ** 20) : 0) % names.length]!;
    return storedZip({ ...arrays, [name]: mutate(arrays[name]!, mutations) });
  };
  return {
    name: 'Gemma Scope',
    files: { 'params.npz': good },
    mutants: { 'params.npz': { mutations: mutation(), change } },
    load: loadedFrom,
    check(loaded, files) {
      const found = entriesOf(files['params.npz']!);
      const read = names.map((name): [string, Stored] => [name.slice(0, -4), readNpy(found.get(name) ?? found.get(name.replace('W_', 'w_'))!)]);
      expectSaid(loaded, { architecture: 'jumprelu', applyDecoderBiasToInput: false, normalisation: 'none', options: {}, tensors: new Map(read) });
    },
    memory,
  };
}

function npy({ shape, values }: Stored): Buffer {
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(', ')}${shape.length === 1 ? ',' : ''}), }`.padEnd(117);
  return Buffer.concat([Buffer.from('\x93NUMPY\x01\0\x76\0', 'latin1'), Buffer.from(`${text}\n`), Buffer.from(values.buffer)]);
}

/** Stored entries by name, as the archive's directory lists them; no checks. */
function entriesOf(bytes: Uint8Array): Map<string, Uint8Array> {
  const view = viewOf(bytes);
  const text = Buffer.from(bytes).toString('latin1');
  const end = text.lastIndexOf('PK\x05\x06');
  const entries = new Map<string, Uint8Array>();
  for (let at = view.getUint32(end + 16, true), left = view.getUint16(end + 10, true); left > 0; left--) {
    const [size, head] = [view.getUint32(at + 24, true), view.getUint32(at + 42, true)];
    const [titled, extra, comment] = [view.getUint16(at + 28, true), view.getUint16(at + 30, true), view.getUint16(at + 32, true)];
    const from = head + 30 + view.getUint16(head + 26, true) + view.getUint16(head + 28, true);
    entries.set(text.slice(at + 46, at + 46 + titled), bytes.subarray(from, from + size));
    at += 46 + titled + extra + comment;
  }
  return entries;
}

const types: Readonly<Record<string, string>> = { f2: 'F16', f4: 'F32', f8: 'F64' };

function readNpy(bytes: Uint8Array): Stored {
  const view = viewOf(bytes);
  const start = bytes[6] === 1 ? 10 + view.getUint16(8, true) : 12 + view.getUint32(8, true);
  const header = Buffer.from(bytes.subarray(0, start)).toString('latin1');
  const [, order, type] = /'descr': '([<>=|])(f\d)'/.exec(header)!;
  const shape = /'shape': \(([^)]*)\)/.exec(header)![1]!.split(',').map((size) => size.trim()).filter(Boolean).map(Number);
  const width = Number(type!.slice(1));
  const body = Buffer.from(bytes.subarray(start));
  if (order === '>') for (let at = 0; at < body.length; at += width) body.subarray(at, at + width).reverse();
  const values = plain(viewOf(body), types[type!]!, 0, product(shape));
  return header.includes("'fortran_order': True") && shape.length === 2 ? turned({ shape: [shape[1]!, shape[0]!], values }) : { shape, values };
}
