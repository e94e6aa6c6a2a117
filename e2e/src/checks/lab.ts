import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient, type SextantClient } from '@sextant/client';

const cli = fileURLToPath(new URL('../../../apps/cli/bin/sextant.mjs', import.meta.url));

/** `sextant …` as a child process; its last line of stdout is its JSON answer. */
export function sextant(args: string[]): { child: ChildProcess; answer: Promise<Record<string, unknown>> } {
  const child = spawn(process.execPath, [cli, ...args, '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout?.on('data', (chunk) => (out += String(chunk)));
  const answer = new Promise<Record<string, unknown>>((done, failed) => {
    child.on('exit', (code) => {
      const last = out.trim().split('\n').at(-1) ?? '';
      if (code === 0) done(JSON.parse(last));
      else failed(new Error(`sextant ${args.join(' ')} ended with ${code}: ${last}`));
    });
  });
  return { child, answer };
}

/** Serves a lab for the length of `work`. */
export async function withServer<T>(lab: string, work: (client: SextantClient) => Promise<T>): Promise<T> {
  const child = spawn(process.execPath, [cli, 'serve', '--lab', lab, '--port', '0', '--log-level', 'warn', '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await new Promise<string>((done, failed) => {
    child.stdout.once('data', (chunk) => done(String(JSON.parse(String(chunk)).url)));
    child.once('exit', (code) => failed(new Error(`the server of ${lab} ended with ${code}`)));
  });
  try {
    return await work(createClient({ url }));
  } finally {
    child.kill('SIGINT');
    await new Promise((done) => child.once('exit', done));
  }
}

/** Pid of the process that runs a lab's jobs (Linux only: it reads /proc); null while there is none. */
export function jobsWorker(lab: string): number | null {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      if (words.includes('jobs') && words.includes(resolve(lab)) && words.some((word) => word.endsWith('worker/src/main.ts'))) return Number(pid);
    } catch {
      // It ended while we looked.
    }
  }
  return null;
}
