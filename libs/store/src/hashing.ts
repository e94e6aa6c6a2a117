import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { SextantError, hashJson, type ArtifactFile, type ArtifactKind } from '@sextant/schema';

/** SHA-256 of a file's bytes, read in chunks. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}

/**
 * Every file below `dir` with its size and hash, sorted by path ('/' between parts).
 * @throws SextantError INTEGRITY on a link or any other thing that is not a plain file or folder: an artifact must hold its own bytes.
 */
export async function listFiles(dir: string): Promise<ArtifactFile[]> {
  const paths = await walk(dir, '');
  const files: ArtifactFile[] = [];
  for (const path of paths.sort()) {
    const full = join(dir, path);
    files.push({ path, size: (await lstat(full)).size, sha256: await hashFile(full) });
  }
  return files;
}

async function walk(dir: string, prefix: string): Promise<string[]> {
  const paths: string[] = [];
  for (const entry of await readdir(join(dir, prefix), { withFileTypes: true })) {
    const path = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
    if (entry.isDirectory()) paths.push(...(await walk(dir, path)));
    else if (entry.isFile()) paths.push(path);
    else throw new SextantError('INTEGRITY', `${join(dir, path)} is a link or a special file; an artifact holds plain files only`, { file: path });
  }
  return paths;
}

/** An artifact's digest: SHA-256 of the canonical JSON of its manifest. */
export function manifestDigest(kind: ArtifactKind, files: ArtifactFile[]): string {
  return hashJson({ kind, files: files.map(({ path, size, sha256 }) => ({ path, size, sha256 })) });
}

/** Flushes files and their folder to the disk, so that a rename after it never shows half-written files. */
export async function syncToDisk(dir: string, paths: string[]): Promise<void> {
  for (const path of [...paths.map((name) => join(dir, name)), dir]) {
    const handle = await open(path, 'r');
    try {
      await handle.sync();
    } catch (error) {
      // Some file systems cannot flush a folder; its files are flushed all the same.
      if (path !== dir) throw error;
    } finally {
      await handle.close();
    }
  }
}
