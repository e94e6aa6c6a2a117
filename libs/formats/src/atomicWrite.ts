import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Suffix of files that are being written; one left behind by a crash may be deleted. */
export const PARTIAL_SUFFIX = '.partial';

/**
 * Writes a file so that a reader sees either the old bytes or all of the new ones, also after a crash:
 * everything goes to `.<name>.<pid>.partial` beside it, is flushed to disk, then renamed.
 */
export function writeFileAtomic(path: string, chunks: Iterable<ArrayBufferView>): void {
  mkdirSync(dirname(path), { recursive: true });
  const partial = join(dirname(path), `.${basename(path)}.${process.pid}${PARTIAL_SUFFIX}`);
  const fd = openSync(partial, 'w');
  try {
    for (const chunk of chunks) {
      const bytes = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, Math.min(bytes.length - done, 2 ** 30));
    }
    fsyncSync(fd);
    closeSync(fd);
    renameSync(partial, path);
  } catch (error) {
    try {
      closeSync(fd);
    } catch {
      // Already closed: the rename failed.
    }
    rmSync(partial, { force: true });
    throw error;
  }
}
