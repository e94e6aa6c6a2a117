import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';

/** SHA-256 of a file's bytes, 64 hex digits, read in pieces. */
export function sha256File(path: string): string {
  const hash = createHash('sha256');
  const piece = Buffer.allocUnsafe(4 * 2 ** 20);
  const fd = openSync(path, 'r');
  try {
    for (let count = readSync(fd, piece); count > 0; count = readSync(fd, piece)) hash.update(piece.subarray(0, count));
  } finally {
    closeSync(fd);
  }
  return hash.digest('hex');
}
