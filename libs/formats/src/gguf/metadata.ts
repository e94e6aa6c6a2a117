import type { PositionalFile } from '../positionalFile';

export type GgufValue = number | bigint | boolean | string | GgufValue[];

const WINDOW = 2 ** 20;

/** Reads little-endian values one after another from a file, a window at a time. */
export class FileReader {
  at: number;
  private window: Uint8Array = new Uint8Array(0);
  private view: DataView = new DataView(new ArrayBuffer(0));
  private start = 0;

  constructor(
    private readonly file: PositionalFile,
    at: number,
  ) {
    this.at = at;
  }

  u8 = () => this.value(1, (view, at) => view.getUint8(at));
  i8 = () => this.value(1, (view, at) => view.getInt8(at));
  u16 = () => this.value(2, (view, at) => view.getUint16(at, true));
  i16 = () => this.value(2, (view, at) => view.getInt16(at, true));
  u32 = () => this.value(4, (view, at) => view.getUint32(at, true));
  i32 = () => this.value(4, (view, at) => view.getInt32(at, true));
  f32 = () => this.value(4, (view, at) => view.getFloat32(at, true));
  f64 = () => this.value(8, (view, at) => view.getFloat64(at, true));
  u64 = () => this.value(8, (view, at) => view.getBigUint64(at, true));
  i64 = () => this.value(8, (view, at) => view.getBigInt64(at, true));

  /** A count of things that take at least `bytes` each. @throws SyntaxError when the file cannot hold so many. */
  count(bytes: number): number {
    const count = this.u64();
    const room = this.file.size - this.at;
    if (count * BigInt(bytes) > BigInt(room)) throw new SyntaxError(`says ${count} items at byte ${this.at - 8}, but only ${room} bytes follow`);
    return Number(count);
  }

  text(): string {
    const length = this.count(1);
    const from = this.next(length);
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(this.window.subarray(from, from + length));
  }

  private value<T>(bytes: number, read: (view: DataView, at: number) => T): T {
    const at = this.next(bytes);
    return read(this.view, at);
  }

  /** Makes sure that the next `length` bytes are in the window, passes over them and returns where they begin there. */
  private next(length: number): number {
    if (this.at < this.start || this.at + length > this.start + this.window.length) {
      if (this.at + length > this.file.size) throw new SyntaxError(`ends at byte ${this.file.size}, in the middle of its header`);
      this.start = this.at;
      this.window = this.file.read(this.at, Math.min(this.file.size - this.at, Math.max(WINDOW, length)));
      this.view = new DataView(this.window.buffer);
    }
    this.at += length;
    return this.at - length - this.start;
  }
}

/** Bytes of the smallest value of each type, by the type's number. */
const smallest = [1, 1, 2, 2, 4, 4, 4, 1, 8, 12, 8, 8, 8];
const MAX_DEPTH = 4;

/** One metadata value (ggml/docs/gguf.md). 64-bit integers come as numbers where they fit. */
export function readGgufValue(reader: FileReader, type: number, depth = 0): GgufValue {
  const plain = (value: bigint) => (Number.isSafeInteger(Number(value)) ? Number(value) : value);
  switch (type) {
    case 0:
      return reader.u8();
    case 1:
      return reader.i8();
    case 2:
      return reader.u16();
    case 3:
      return reader.i16();
    case 4:
      return reader.u32();
    case 5:
      return reader.i32();
    case 6:
      return reader.f32();
    case 7:
      return reader.u8() !== 0;
    case 8:
      return reader.text();
    case 9: {
      const item = reader.u32();
      if (smallest[item] === undefined || depth >= MAX_DEPTH) throw new SyntaxError(`holds an array of unknown type ${item}, or nested more than ${MAX_DEPTH} deep`);
      const count = reader.count(smallest[item]);
      const items: GgufValue[] = [];
      for (let i = 0; i < count; i++) items.push(readGgufValue(reader, item, depth + 1));
      return items;
    }
    case 10:
      return plain(reader.u64());
    case 11:
      return plain(reader.i64());
    case 12:
      return reader.f64();
    default:
      throw new SyntaxError(`holds a value of unknown type ${type}`);
  }
}
