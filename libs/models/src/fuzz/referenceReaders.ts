import { half, plain, product, viewOf, type Stored } from '@sextant/formats/testing';

/**
 * Readers for the fuzzing tests only: they read sound files of three formats in the plainest way, share nothing with libs/formats, and say
 * what a changed file that was loaded really holds. They may fail on damaged files, which must not have been loaded.
 */

/** Metadata and tensors of the plain and Q8_0 types. */
export function readGguf(bytes: Uint8Array): { metadata: Map<string, unknown>; tensors: Map<string, Stored> } {
  const view = viewOf(bytes);
  let at = 8;
  const u32 = () => view.getUint32((at += 4) - 4, true);
  const u64 = () => Number(view.getBigUint64((at += 8) - 8, true));
  const text = () => {
    const length = u64();
    return Buffer.from(bytes.subarray(at, (at += length))).toString();
  };
  const scalars: Readonly<Record<number, () => unknown>> = {
    0: () => view.getUint8(at++), 1: () => view.getInt8(at++), 2: () => view.getUint16((at += 2) - 2, true), 3: () => view.getInt16((at += 2) - 2, true),
    4: u32, 5: () => view.getInt32((at += 4) - 4, true), 6: () => view.getFloat32((at += 4) - 4, true), 7: () => view.getUint8(at++) !== 0,
    8: text, 10: u64, 11: () => Number(view.getBigInt64((at += 8) - 8, true)), 12: () => view.getFloat64((at += 8) - 8, true),
    9: () => {
      const [type, count] = [u32(), u64()];
      return Array.from({ length: count }, () => scalars[type]!());
    },
  };
  const [tensorCount, valueCount] = [u64(), u64()];
  const metadata = new Map(Array.from({ length: valueCount }, () => [text(), scalars[u32()]!()] as const));
  const listed = Array.from({ length: tensorCount }, () => {
    const name = text();
    const shape = Array.from({ length: u32() }, u64).reverse();
    return { name, shape, type: u32(), offset: u64() };
  });
  const alignment = Number(metadata.get('general.alignment') ?? 32);
  const start = Math.ceil(at / alignment) * alignment;
  const types: Readonly<Record<number, string>> = { 0: 'F32', 1: 'F16', 28: 'F64', 30: 'BF16' };
  const q8 = (from: number, count: number) => Float32Array.from({ length: count }, (_, i) => {
    const block = from + Math.floor(i / 32) * 34;
    return half(view.getUint16(block, true)) * view.getInt8(block + 2 + (i % 32));
  });
  const values = (type: number, from: number, count: number) => (type === 8 ? q8(from, count) : plain(view, types[type]!, from, count));
  const tensors = listed.map(({ name, shape, type, offset }) => [name, { shape, values: values(type, start + offset, product(shape)) }] as const);
  return { metadata, tensors: new Map(tensors) };
}

/** The header's seven numbers, and all float32 numbers behind it. */
export function readLlama2c(bytes: Uint8Array): { header: number[]; values: Float32Array } {
  const view = viewOf(bytes);
  return { header: Array.from({ length: 7 }, (_, i) => view.getInt32(4 * i, true)), values: plain(view, 'F32', 28, (bytes.length - 28) / 4) };
}

/** Texts of a SentencePiece model's pieces. */
export function readPieces(bytes: Uint8Array): string[] {
  const pieces: string[] = [];
  const fields = (from: Uint8Array, take: (field: number, value: Uint8Array) => void) => {
    let at = 0;
    const varint = () => {
      let [value, scale] = [0, 1];
      for (;;) {
        const byte = from[at++]!;
        value += (byte & 127) * scale;
        if (byte < 128) return value;
        scale *= 128;
      }
    };
    while (at < from.length) {
      const key = varint();
      const length = key % 8 === 2 ? varint() : key % 8 === 5 ? 4 : key % 8 === 1 ? 8 : (varint(), 0);
      take(Math.floor(key / 8), from.subarray(at, (at += length)));
    }
  };
  fields(bytes, (field, value) => {
    if (field !== 1) return;
    let text = '';
    fields(value, (inner, part) => void (inner === 1 && (text = Buffer.from(part).toString())));
    pieces.push(text);
  });
  return pieces;
}
