import { constants, crc32, inflateRawSync } from 'node:zlib';
import { SextantError } from '@sextant/schema';
import { PositionalFile } from './positionalFile';

interface ZipEntry {
  method: number;
  crc: number;
  compressed: number;
  size: number;
  headerAt: number;
}

/** Entries above this are refused when they claim to inflate more than RATIO times: a bomb, not numbers. */
const LARGE = 64 * 2 ** 20;
const RATIO = 100;

/**
 * A zip archive read in memory, entry by entry; nothing is ever written to disk, so entry names are only names.
 * Knows stored and deflated entries and zip64 (APPNOTE.TXT 6.3.10); every entry's CRC is checked when read.
 * @throws SextantError INVALID_FILE naming file, entry and value.
 */
export class ZipFile {
  private readonly entries = new Map<string, ZipEntry>();

  constructor(readonly file: PositionalFile) {
    const directory = this.findDirectory();
    const bytes = file.read(directory.at, directory.size);
    const view = new DataView(bytes.buffer);
    let at = 0;
    for (let index = 0; index < directory.count; index++) {
      if (at + 46 > bytes.length || view.getUint32(at, true) !== 0x02014b50) return this.refuse(`the zip directory is damaged at entry ${index}`);
      const [nameLength, extraLength, commentLength] = [view.getUint16(at + 28, true), view.getUint16(at + 30, true), view.getUint16(at + 32, true)];
      const end = at + 46 + nameLength + extraLength + commentLength;
      if (end > bytes.length) return this.refuse(`the zip directory is damaged at entry ${index}`);
      const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
      const entry: ZipEntry = {
        method: view.getUint16(at + 10, true),
        crc: view.getUint32(at + 16, true),
        compressed: view.getUint32(at + 20, true),
        size: view.getUint32(at + 24, true),
        headerAt: view.getUint32(at + 42, true),
      };
      widen(entry, view, at + 46 + nameLength, extraLength);
      this.check(name, entry, view.getUint16(at + 8, true));
      this.entries.set(name, entry);
      at = end;
    }
  }

  get path(): string {
    return this.file.path;
  }

  names(): string[] {
    return [...this.entries.keys()];
  }

  has(name: string): boolean {
    return this.entries.has(name);
  }

  size(name: string): number {
    return this.entry(name).size;
  }

  /** The whole entry, inflated, its CRC checked. */
  read(name: string): Uint8Array {
    const entry = this.entry(name);
    const stored = this.file.read(this.dataAt(name, entry), entry.compressed);
    let bytes: Uint8Array = stored;
    if (entry.method === 8) {
      try {
        bytes = inflateRawSync(stored, { maxOutputLength: Math.max(1, entry.size) });
      } catch (cause) {
        return this.refuse(`entry ${JSON.stringify(name)} does not inflate to its ${entry.size} bytes (${cause instanceof Error ? cause.message : String(cause)})`, name);
      }
    }
    if (bytes.length !== entry.size) return this.refuse(`entry ${JSON.stringify(name)} inflates to ${bytes.length} bytes, not to its ${entry.size}`, name);
    const actual = crc32(bytes);
    if (actual !== entry.crc) {
      return this.refuse(`entry ${JSON.stringify(name)} is damaged: its CRC is ${actual.toString(16)}, the archive says ${entry.crc.toString(16)}`, name);
    }
    return bytes;
  }

  /** At least the first `length` bytes of an entry where it has that many; the CRC is not checked. */
  head(name: string, length: number): Uint8Array {
    const entry = this.entry(name);
    const stored = this.file.read(this.dataAt(name, entry), Math.min(entry.compressed, length));
    if (entry.method === 0) return stored;
    try {
      return inflateRawSync(stored, { finishFlush: constants.Z_SYNC_FLUSH });
    } catch (cause) {
      return this.refuse(`entry ${JSON.stringify(name)} does not inflate (${cause instanceof Error ? cause.message : String(cause)})`, name);
    }
  }

  close(): void {
    this.file.close();
  }

  /** @throws SextantError INVALID_FILE. */
  refuse(what: string, tensor?: string): never {
    throw new SextantError('INVALID_FILE', `${this.path}: ${what}`, { file: this.path, ...(tensor === undefined ? {} : { tensor }) });
  }

  private entry(name: string): ZipEntry {
    return this.entries.get(name) ?? this.refuse(`has no entry ${JSON.stringify(name)}`, name);
  }

  private findDirectory(): { at: number; size: number; count: number } {
    const { file } = this;
    const tailLength = Math.min(file.size, 22 + 0xffff);
    const tail = file.read(file.size - tailLength, tailLength);
    const view = new DataView(tail.buffer);
    for (let at = tailLength - 22; at >= 0; at--) {
      if (view.getUint32(at, true) !== 0x06054b50 || at + 22 + view.getUint16(at + 20, true) !== tailLength) continue;
      let [count, size, start] = [view.getUint16(at + 10, true), view.getUint32(at + 12, true), view.getUint32(at + 16, true)];
      const locatorAt = at - 20;
      if ((count === 0xffff || size === 0xffffffff || start === 0xffffffff) && locatorAt >= 0 && view.getUint32(locatorAt, true) === 0x07064b50) {
        const record = new DataView(file.read(Number(view.getBigUint64(locatorAt + 8, true)), 56).buffer);
        if (record.getUint32(0, true) !== 0x06064b50) return this.refuse('the zip64 directory record is damaged');
        [count, size, start] = [Number(record.getBigUint64(32, true)), Number(record.getBigUint64(40, true)), Number(record.getBigUint64(48, true))];
      }
      if (start + size > file.size || count * 46 > size) return this.refuse('the zip directory points beyond the file');
      return { at: start, size, count };
    }
    return this.refuse('is not a whole zip archive: it has no end-of-directory record (cut short, or another format)');
  }

  private check(name: string, { method, compressed, size, headerAt }: ZipEntry, flags: number): void {
    const where = `entry ${JSON.stringify(name)}`;
    if (this.entries.has(name)) this.refuse(`${where} appears twice`, name);
    if (flags & 1) this.refuse(`${where} is encrypted`, name);
    if (method !== 0 && method !== 8) this.refuse(`${where} uses compression method ${method}; only stored and deflated entries are read`, name);
    if (method === 0 && compressed !== size) this.refuse(`${where} is stored, but says ${compressed} bytes in the file and ${size} outside`, name);
    if (headerAt + 30 + compressed > this.file.size) this.refuse(`${where} reaches beyond the file`, name);
    if (size > LARGE && size > RATIO * compressed) this.refuse(`${where} says it inflates ${compressed} bytes to ${size}: refused as a decompression bomb`, name);
  }

  private dataAt(name: string, { headerAt, compressed }: ZipEntry): number {
    const header = new DataView(this.file.read(headerAt, 30).buffer);
    if (header.getUint32(0, true) !== 0x04034b50) return this.refuse(`entry ${JSON.stringify(name)} has no local header`, name);
    const at = headerAt + 30 + header.getUint16(26, true) + header.getUint16(28, true);
    return at + compressed <= this.file.size ? at : this.refuse(`entry ${JSON.stringify(name)} reaches beyond the file`, name);
  }
}

/** Replaces the sizes that are 0xffffffff by those of the zip64 extra field, which lists only these, in this order. */
function widen(entry: ZipEntry, view: DataView, extraAt: number, extraLength: number): void {
  let at = extraAt;
  while (at + 4 <= extraAt + extraLength) {
    const [id, length] = [view.getUint16(at, true), view.getUint16(at + 2, true)];
    if (id === 1) {
      let from = at + 4;
      for (const field of ['size', 'compressed', 'headerAt'] as const) {
        if (entry[field] !== 0xffffffff || from + 8 > at + 4 + length) continue;
        entry[field] = Number(view.getBigUint64(from, true));
        from += 8;
      }
    }
    at += 4 + length;
  }
}

/** @throws SextantError NOT_FOUND, or INVALID_FILE naming file, entry and value. */
export function openZip(path: string): ZipFile {
  const file = new PositionalFile(path);
  try {
    return new ZipFile(file);
  } catch (error) {
    file.close();
    throw error;
  }
}
