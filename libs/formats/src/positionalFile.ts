import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { SextantError } from '@sextant/schema';

/** A file opened for reads at given offsets; nothing is loaded until asked for. */
export class PositionalFile {
  readonly path: string;
  readonly size: number;
  private fd: number | null;

  /** @throws SextantError NOT_FOUND when there is no such file, INVALID_FILE when it is a folder. */
  constructor(path: string) {
    this.path = path;
    try {
      this.fd = openSync(path, 'r');
    } catch (cause) {
      throw new SextantError('NOT_FOUND', `${path}: cannot be opened (${cause instanceof Error ? cause.message : String(cause)})`, { file: path }, { cause });
    }
    const status = fstatSync(this.fd);
    if (!status.isFile()) {
      this.close();
      throw new SextantError('INVALID_FILE', `${path}: is not a file`, { file: path });
    }
    this.size = status.size;
  }

  /**
   * Fills `target` with the bytes from `offset` on.
   * @throws SextantError INVALID_FILE when the file ends before `target` is full.
   */
  readInto(target: ArrayBufferView, offset: number): void {
    if (this.fd === null) throw new SextantError('INTERNAL', `${this.path}: read after close`, { file: this.path });
    const bytes = new Uint8Array(target.buffer, target.byteOffset, target.byteLength);
    let done = 0;
    while (done < bytes.length) {
      // One read call takes at most 2 GiB.
      const count = readSync(this.fd, bytes, done, Math.min(bytes.length - done, 2 ** 30), offset + done);
      if (count === 0) {
        const missing = bytes.length - done;
        throw new SextantError('INVALID_FILE', `${this.path}: ends ${missing} bytes short of offset ${offset + bytes.length}`, {
          file: this.path,
          value: this.size,
        });
      }
      done += count;
    }
  }

  /** `length` bytes from `offset` on, in fresh memory. Refuses a range beyond the file before allocating it. */
  read(offset: number, length: number): Uint8Array {
    if (offset < 0 || length < 0 || offset + length > this.size) {
      throw new SextantError('INVALID_FILE', `${this.path}: needs bytes ${offset} to ${offset + length}, but the file has ${this.size}`, {
        file: this.path,
        value: offset + length,
      });
    }
    const bytes = new Uint8Array(length);
    this.readInto(bytes, offset);
    return bytes;
  }

  close(): void {
    if (this.fd === null) return;
    closeSync(this.fd);
    this.fd = null;
  }
}
