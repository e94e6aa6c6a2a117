import { writeFileSync } from 'node:fs';
import { toBfloat16, toHalf } from '../half';

/** A metadata value: a whole number is written as u32, lists by their kind; `f32` for numbers that may be whole by chance. */
export type GgufInput = boolean | string | number | { f32: number } | readonly string[] | readonly boolean[] | Float32Array | Int32Array;

export interface GgufInputTensor {
  type: keyof typeof tensorTypes;
  /** Row-major, slowest first. */
  shape: readonly number[];
  data: Float32Array;
}

const tensorTypes = {
  F32: { id: 0, encode: (data: Float32Array) => bytesOf(data) },
  F16: { id: 1, encode: (data: Float32Array) => bytesOf(toHalf(data)) },
  BF16: { id: 30, encode: (data: Float32Array) => bytesOf(toBfloat16(data)) },
  Q8_0: { id: 8, encode: q8_0 },
} as const;

/** Writes a GGUF file of version 3 for tests (ggml/docs/gguf.md). */
export function writeGguf(path: string, metadata: Readonly<Record<string, GgufInput>>, tensors: Readonly<Record<string, GgufInputTensor>>): void {
  const alignment = 32;
  const parts: Buffer[] = [Buffer.from('GGUF'), u32(3), u64(Object.keys(tensors).length), u64(Object.keys(metadata).length)];
  for (const [key, value] of Object.entries(metadata)) parts.push(text(key), ...valueOf(value));
  const blocks: Buffer[] = [];
  let offset = 0;
  for (const [name, { type, shape, data }] of Object.entries(tensors)) {
    parts.push(text(name), u32(shape.length), ...[...shape].reverse().map(u64), u32(tensorTypes[type].id), u64(offset));
    const bytes = padded(tensorTypes[type].encode(data), alignment);
    blocks.push(bytes);
    offset += bytes.length;
  }
  writeFileSync(path, Buffer.concat([padded(Buffer.concat(parts), alignment), ...blocks]));
}

function valueOf(value: GgufInput): Buffer[] {
  if (typeof value === 'boolean') return [u32(7), Buffer.of(Number(value))];
  if (typeof value === 'string') return [u32(8), text(value)];
  if (typeof value === 'number') return [u32(4), u32(value)];
  if (value instanceof Float32Array) return [u32(9), u32(6), u64(value.length), bytesOf(value)];
  if (value instanceof Int32Array) return [u32(9), u32(5), u64(value.length), bytesOf(value)];
  if ('f32' in value) return [u32(6), bytesOf(Float32Array.of(value.f32))];
  const strings = typeof value[0] === 'string';
  return [u32(9), u32(strings ? 8 : 7), u64(value.length), ...value.map((item) => (typeof item === 'string' ? text(item) : Buffer.of(Number(item))))];
}

/** Blocks of 32: a float16 scale and 32 signed bytes (ggml-quants.c, quantize_row_q8_0_ref). */
function q8_0(data: Float32Array): Buffer {
  const blocks = Array.from({ length: data.length / 32 }, (_, block) => {
    const values = data.subarray(32 * block, 32 * block + 32);
    const scale = values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) / 127;
    return Buffer.concat([bytesOf(toHalf(Float32Array.of(scale))), bytesOf(Int8Array.from(values, (value) => (scale === 0 ? 0 : Math.round(value / scale))))]);
  });
  return Buffer.concat(blocks);
}

function bytesOf(values: ArrayBufferView): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}

function padded(bytes: Buffer, alignment: number): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((alignment - (bytes.length % alignment)) % alignment)]);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([u64(bytes.length), bytes]);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
