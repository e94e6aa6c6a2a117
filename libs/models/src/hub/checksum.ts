import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { HubFile } from './hubModel';

/** The checksum of a file on disk, by the hub's algorithm: SHA-256 of the bytes, or git's SHA-1 of `blob <size>\0` and the bytes. */
export async function checksumOf(path: string, { size, checksum: { algorithm } }: HubFile): Promise<string> {
  const hash = createHash(algorithm === 'sha256' ? 'sha256' : 'sha1');
  if (algorithm === 'git') hash.update(`blob ${size}\0`);
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}
