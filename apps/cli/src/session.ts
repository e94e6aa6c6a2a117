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

/** The server at --url, else the one that serves the lab, else one of our own for the length of the command. */
export async function openSession({ lab, url }: GlobalOptions, out: Output, signal: AbortSignal): Promise<Session> {
  const token = process.env['SEXTANT_TOKEN'];
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
    close: async () => own?.close(),
  };
}
