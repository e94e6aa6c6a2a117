import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { SextantError, isSextantErrorCode } from '@sextant/schema';

/** Flags of the API's process. */
export interface ServerFlags {
  lab: string;
  host?: string | undefined;
  port?: number | undefined;
  allowHost?: string[] | undefined;
  logLevel?: string | undefined;
  /** By default SEXTANT_TOKEN, if that is set. */
  token?: string | undefined;
  /** Start workers only when they are needed: right for the length of one command. */
  workersWhenNeeded?: boolean | undefined;
}

const apiMain = fileURLToPath(new URL('../../api/src/main.ts', import.meta.url));
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** Address of the server that has this lab now, or null. */
export async function findServer(lab: string): Promise<string | null> {
  let url: unknown;
  try {
    url = JSON.parse(readFileSync(join(resolve(lab), 'server.json'), 'utf8')).url;
    if (typeof url !== 'string') return null;
    const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(2_000) });
    return response.ok ? url : null;
  } catch {
    return null;
  }
}

export interface LocalServer {
  url: string;
  /** Resolves with its exit code when it ends by itself. */
  exited: Promise<number>;
  /** Stops it and its workers; a job in hand goes back to the queue. */
  close(): Promise<void>;
}

/**
 * Starts the API as a child of this process; it ends when this process does, however that happens.
 * @throws SextantError as the server reported it, such as CONFLICT when the lab is already served
 */
export async function startServer(options: ServerFlags): Promise<LocalServer> {
  const { lab, host, port = 0, allowHost = [], logLevel = 'warn', token, workersWhenNeeded = false } = options;
  const flags = [
    ['--lab', resolve(lab)],
    ['--port', String(port)],
    ['--log-level', logLevel],
    ...(host === undefined ? [] : [['--host', host]]),
    ...allowHost.map((name) => ['--allow-host', name]),
    ...(workersWhenNeeded ? [['--workers-when-needed']] : []),
  ].flat();
  // A process group of its own: Ctrl-C is for this process, which then cancels what it started before it stops the server.
  const child = spawn(process.execPath, ['--import', tsx, apiMain, ...flags], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    detached: true,
    // The environment, unlike the arguments, is not for every user of the machine to read.
    env: token === undefined ? process.env : { ...process.env, SEXTANT_TOKEN: token },
  });
  const exited = new Promise<number>((done) => {
    child.once('exit', (code) => done(code ?? 1));
    child.once('error', () => done(1));
  });
  const url = await listening(child, exited);
  return {
    url,
    exited,
    async close() {
      if (child.connected) child.disconnect();
      const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
      await exited;
      clearTimeout(timer);
    },
  };
}

function listening(child: ChildProcess, exited: Promise<number>): Promise<string> {
  return new Promise((done, failed) => {
    child.on('message', (message) => {
      if (typeof message !== 'object' || message === null || !('type' in message)) return;
      if (message.type === 'listening' && 'url' in message) done(String(message.url));
      if (message.type === 'failed' && 'error' in message) failed(errorOf(message.error));
    });
    void exited.then((code) => failed(new SextantError('UNAVAILABLE', `the server did not start (exit code ${code})`)));
  });
}

function errorOf(error: unknown): SextantError {
  if (typeof error !== 'object' || error === null || !('code' in error) || !('message' in error)) return new SextantError('INTERNAL', 'the server failed');
  const code = String(error.code);
  const hint = 'hint' in error && typeof error.hint === 'string' ? error.hint : undefined;
  return new SextantError(isSextantErrorCode(code) ? code : 'INTERNAL', String(error.message), { hint });
}
