import { closeSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SextantError } from '@sextant/schema';
import { z } from 'zod';

const servingSchema = z.object({ pid: z.number().int(), url: z.string().nullable(), startedAt: z.string() });
export type Serving = z.infer<typeof servingSchema>;

/** A starting server has this long to say where it listens. */
const startupMs = 30_000;

/** The lab's `server.json`: which process serves it, and where; commands find the server by it. */
export class LabLock {
  readonly #path: string;
  readonly #startedAt = new Date().toISOString();

  private constructor(path: string) {
    this.#path = path;
  }

  /**
   * Takes the lab for this process. A file left by a server that no longer answers is replaced.
   * @throws SextantError CONFLICT naming the address of the server that has the lab
   */
  static async take(lab: string): Promise<LabLock> {
    const lock = new LabLock(join(lab, 'server.json'));
    for (let attempt = 0; attempt < 3; attempt += 1) {
      if (lock.#create()) return lock;
      const other = readServing(lock.#path);
      if (other !== null && (await isServing(other, lock.#path))) {
        throw new SextantError('CONFLICT', `this lab is already served${other.url === null ? '' : ` at ${other.url}`} by process ${other.pid}`, {
          file: lock.#path,
          hint: 'use that server, or stop it first',
        });
      }
      rmSync(lock.#path, { force: true });
    }
    throw new SextantError('CONFLICT', `cannot take ${lock.#path}: another server is starting on this lab`, { file: lock.#path });
  }

  /** Says where the server listens. */
  announce(url: string): void {
    writeFileSync(this.#path, `${JSON.stringify({ pid: process.pid, url, startedAt: this.#startedAt } satisfies Serving)}\n`);
  }

  release(): void {
    if (readServing(this.#path)?.pid === process.pid) rmSync(this.#path, { force: true });
  }

  #create(): boolean {
    try {
      const file = openSync(this.#path, 'wx');
      writeFileSync(file, `${JSON.stringify({ pid: process.pid, url: null, startedAt: this.#startedAt } satisfies Serving)}\n`);
      closeSync(file);
      return true;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
      throw error;
    }
  }
}

function readServing(path: string): Serving | null {
  try {
    return servingSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return null;
  }
}

/** A process id alone proves nothing (they are used again): the server itself must answer to it, or have begun just now. */
async function isServing({ pid, url }: Serving, path: string): Promise<boolean> {
  if (url === null) return pid !== process.pid && isAlive(pid) && Date.now() - statSync(path).mtimeMs < startupMs;
  try {
    const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(2_000) });
    return z.object({ pid: z.number() }).parse(await response.json()).pid === pid;
  } catch {
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
