import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, type SextantClient } from '@sextant/client';
import { serve, type SextantServer, type ServeOptions } from '../server';

/** The real worker's process with executors that count. */
export const countingWorker = new URL('../../../worker/src/testing/countingWorker.ts', import.meta.url);

/** A real server on a fresh lab with the counting worker and a client of it; `await using` ends and removes it all. */
export interface TestServer extends AsyncDisposable {
  server: SextantServer;
  client: SextantClient;
  lab: string;
}

export async function testServer(options: Partial<ServeOptions> = {}): Promise<TestServer> {
  const lab = options.lab ?? mkdtempSync(join(tmpdir(), 'sextant-api-'));
  const server = await serve({
    port: 0,
    logLevel: process.env['SEXTANT_TEST_LOG'] ?? 'silent',
    workers: 'when-needed',
    workerEntry: countingWorker,
    ...options,
    lab,
  });
  return {
    server,
    client: createClient({ url: server.url, token: options.token }),
    lab,
    async [Symbol.asyncDispose]() {
      await server.close();
      if (options.lab === undefined) rmSync(lab, { recursive: true, force: true });
    },
  };
}

/** What the counting executor is asked: to count to `tokens`, behaving as `name` says. */
export function counting(tokens: number, name = 'counts') {
  return { name, model: 'a'.repeat(64), source: { kind: 'world' as const, seed: 1, tokens } };
}

/** Waits until `condition` holds. @throws after `timeoutMs` */
export async function until(condition: () => boolean | Promise<boolean>, timeoutMs = 20_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`still not so after ${timeoutMs} ms: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
