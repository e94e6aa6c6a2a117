import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, type SextantClient } from '@sextant/client';
import { findServer, startServer } from './localServer';
import type { Output } from './output';

export interface GlobalOptions {
  lab: string;
  url?: string | undefined;
  json: boolean;
}

/** What a command works with. */
export interface Session {
  client: SextantClient;
  url: string;
  token: string | undefined;
  lab: string;
  out: Output;
  /** Aborted by Ctrl-C. */
  signal: AbortSignal;
  /** True when the server lives only as long as this command: work must be waited for. */
  ephemeral: boolean;
  close(): Promise<void>;
}

/**
 * The server at --url, else the one that serves the lab, else one of our own for the length of the command; `scratch` gives
 * that one a passing lab where there is none yet.
 */
export async function openSession({ lab: named, url }: GlobalOptions, out: Output, signal: AbortSignal, { scratch = false } = {}): Promise<Session> {
  const token = process.env['SEXTANT_TOKEN'];
  const passing = scratch && url === undefined && !existsSync(named) ? mkdtempSync(join(tmpdir(), 'sextant-')) : null;
  const lab = passing ?? named;
  const found = url ?? (await findServer(lab));
  const own = found === null ? await startServer({ lab, workersWhenNeeded: true }) : null;
  const address = found ?? own?.url ?? '';
  return {
    client: createClient({ url: address, token }),
    url: address,
    token,
    lab,
    out,
    signal,
    ephemeral: own !== null,
    close: async () => {
      await own?.close();
      if (passing !== null) rmSync(passing, { recursive: true, force: true });
    },
  };
}
