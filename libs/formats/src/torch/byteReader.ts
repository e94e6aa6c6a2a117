/** Reads little-endian values one after another. @throws SyntaxError when the bytes end too soon. */
export class ByteReader {
  at = 0;
  private readonly view: DataView;

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The next `length` bytes, without copying. */
  take(length: number): Uint8Array {
    if (length > this.bytes.length - this.at) {
      throw new SyntaxError(`needs ${length} bytes at byte ${this.at}, where ${this.bytes.length - this.at} are left`);
    }
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  u8(): number {
    return this.take(1)[0]!;
  }

  u16(): number {
    this.take(2);
    return this.view.getUint16(this.at - 2, true);
  }

  u32(): number {
    this.take(4);
    return this.view.getUint32(this.at - 4, true);
  }

  i32(): number {
    this.take(4);
    return this.view.getInt32(this.at - 4, true);
  }

  /** A count or size; one beyond 2^53 comes out inexact, and far too large for anything. */
  u64(): number {
    this.take(8);
    return Number(this.view.getBigUint64(this.at - 8, true));
  }

  f64BigEndian(): number {
    this.take(8);
    return this.view.getFloat64(this.at - 8, false);
  }

  utf8(length: number): string {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(this.take(length));
  }

  /** Text up to the next line feed, which is passed over. */
  line(): string {
    const end = this.bytes.indexOf(10, this.at);
    if (end < 0) throw new SyntaxError(`a line that begins at byte ${this.at} does not end`);
    const text = this.utf8(end - this.at);
    this.at++;
    return text;
  }
}
