import { elementWidths, type ElementType } from '../elements';
import { stridedCopy } from '../stridedCopy';

/** What an .npy header says (numpy/lib/format.py). */
export interface NpyHeader {
  type: ElementType;
  bigEndian: boolean;
  fortranOrder: boolean;
  shape: number[];
  /** Where the numbers begin. */
  dataAt: number;
}

const types: Readonly<Record<string, ElementType>> = {
  f8: 'f64', f4: 'f32', f2: 'f16', i8: 'i64', i4: 'i32', i2: 'i16', i1: 'i8', u8: 'u64', u4: 'u32', u2: 'u16', u1: 'u8', b1: 'bool',
};

/** A header is one dictionary literal with these three keys; nothing else is evaluated. */
const LITERAL = /^\{'descr': '([^']*)', 'fortran_order': (True|False), 'shape': \(([\d, ]*)\),? *\}[ \n]*$/;

/** @throws SyntaxError saying what is wrong. */
export function readNpyHeader(bytes: Uint8Array): NpyHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 10 || view.getUint32(0) !== 0x934e554d || view.getUint16(4) !== 0x5059) throw new SyntaxError('does not begin as an .npy array does');
  const version = bytes[6]!;
  if (version < 1 || version > 3) throw new SyntaxError(`is .npy version ${version}; 1 to 3 are known`);
  const [textAt, length] = version === 1 ? [10, view.getUint16(8, true)] : [12, bytes.length < 12 ? 0 : view.getUint32(8, true)];
  if (textAt + length > bytes.length) throw new SyntaxError(`says its header has ${length} bytes, which it does not have`);
  const text = new TextDecoder('latin1').decode(bytes.subarray(textAt, textAt + length));
  const match = LITERAL.exec(text);
  if (!match) throw new SyntaxError(`has a header that is not a plain description: ${JSON.stringify(text.slice(0, 80))}`);
  const [, descr, order, sizes] = match;
  const found = /^([<>|=])([a-zA-Z]\d+)$/.exec(descr!);
  const type = found && Object.hasOwn(types, found[2]!) ? types[found[2]!] : undefined;
  if (!found || !type) {
    const why = descr === '|O' ? ': its data would be a pickle, which is never run' : '';
    throw new SyntaxError(`holds elements of type ${JSON.stringify(descr)}${why}`);
  }
  const shape = sizes!.split(',').map((size) => size.trim()).filter((size) => size !== '').map(Number);
  if (!shape.every((size) => Number.isSafeInteger(size))) throw new SyntaxError(`has shape (${sizes}), beyond 2^53`);
  return { type, bigEndian: found[1] === '>', fortranOrder: order === 'True', shape, dataAt: textAt + length };
}

/** The array's bytes, little-endian and row-major. `bytes` are those after the header, as many as the shape needs. */
export function npyElements(bytes: Uint8Array, { type, bigEndian, fortranOrder, shape }: NpyHeader): Uint8Array {
  const width = elementWidths[type];
  const swapped = bigEndian && width > 1 ? swapBytes(bytes, width) : bytes;
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, size) => product * size, 1));
  return fortranOrder && shape.length > 1 ? stridedCopy(swapped, { width, shape, strides }) : swapped;
}

function swapBytes(bytes: Uint8Array, width: number): Uint8Array {
  const swapped = new Uint8Array(bytes.length);
  for (let at = 0; at < bytes.length; at += width) for (let byte = 0; byte < width; byte++) swapped[at + byte] = bytes[at + width - 1 - byte]!;
  return swapped;
}
