import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { SextantError } from '@sextant/schema';
import { checksumOf } from './checksum';
import type { HubFile } from './hubModel';

export interface DownloadOptions {
  url: string;
  token: string | undefined;
  /** Where the whole file shall lie; until then its beginning lies in `<target>.part`. */
  target: string;
  signal?: AbortSignal | undefined;
  /** Bytes that are here, counted from the file's beginning. */
  onBytes?: (bytes: number) => void;
  /** Pause before asking again, doubled each time that nothing came. */
  retryMs?: number;
}

/** How often in a row the hub may answer nothing. */
const patience = 5;

/**
 * Gets one file. What an earlier attempt, or another process, left in the part file is kept and the rest is asked for; the
 * whole is put in place only with the hub's checksum.
 * @throws SextantError INTEGRITY when the bytes are not those of the checksum (they are then thrown away), UNAVAILABLE when
 * the hub stops answering; the signal's reason when it fires
 */
export async function downloadFile(file: HubFile, options: DownloadOptions): Promise<void> {
  const { target, signal, retryMs = 500 } = options;
  const part = `${target}.part`;
  if (existsSync(target)) return options.onBytes?.(file.size);
  for (let failures = 0; sizeOf(part) < file.size; ) {
    signal?.throwIfAborted();
    const before = sizeOf(part);
    try {
      await getRest(file, part, before, options);
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof SextantError) throw error;
      failures = sizeOf(part) > before ? 0 : failures + 1;
      if (failures === patience) {
        const reason = error instanceof Error ? error.message : String(error);
        const hint = `${before} of ${file.size} bytes are kept; the next attempt goes on from there`;
        throw new SextantError('UNAVAILABLE', `${file.path} could not be downloaded: ${reason}; ${hint}`, { file: file.path, hint }, { cause: error });
      }
      await wait(retryMs * 2 ** failures, undefined, { signal });
    }
  }
  if (file.size === 0) await (await open(part, 'a')).close();
  const found = await checksumOf(part, file);
  if (found !== file.checksum.value || sizeOf(part) !== file.size) {
    rmSync(part);
    const { algorithm, value } = file.checksum;
    throw new SextantError('INTEGRITY', `${file.path}: the downloaded bytes have ${algorithm} ${found}, the hub says ${value}; they were thrown away`, {
      file: file.path,
      value: found,
      hint: 'try again; if it happens again, what lies between here and the hub changes the bytes',
    });
  }
  renameSync(part, target);
}

/** Appends what is missing. A server that knows no ranges sends everything, and the part file begins anew. */
async function getRest(file: HubFile, part: string, from: number, { url, token, signal, onBytes }: DownloadOptions): Promise<void> {
  const headers = { ...(from > 0 && { Range: `bytes=${from}-` }), ...(token !== undefined && { Authorization: `Bearer ${token}` }) };
  const response = await fetch(url, { headers, ...(signal && { signal }) });
  if (response.status === 416) return rmSync(part);
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    const message = `the hub answered ${response.status} for ${file.path}`;
    // Anything but "too many" and the server's own faults will not get better.
    if (response.status < 500 && response.status !== 429) throw new SextantError('UNAVAILABLE', message, { file: file.path, value: response.status });
    throw new Error(message);
  }
  const continues = response.status === 206 && response.headers.get('content-range')?.startsWith(`bytes ${from}-`) === true;
  if (response.status === 206 && !continues) {
    await response.body.cancel();
    throw new Error(`the hub sent ${response.headers.get('content-range') ?? 'an unnamed range'} instead of what follows byte ${from}`);
  }
  let at = continues ? from : 0;
  const handle = await open(part, continues ? 'a' : 'w');
  try {
    for await (const chunk of response.body) {
      at += chunk.byteLength;
      if (at > file.size) throw new SextantError('INTEGRITY', `${file.path}: the hub sends more than the ${file.size} bytes it states`, { file: file.path });
      await handle.writeFile(chunk);
      onBytes?.(at);
    }
  } finally {
    await handle.close();
  }
  if (at < file.size) throw new Error(`the connection ended after ${at} of ${file.size} bytes`);
}

const sizeOf = (path: string): number => (existsSync(path) ? statSync(path).size : 0);
