import { spawn } from 'node:child_process';
import { SextantError } from '@sextant/schema';
import type { PeerCommand } from './peers/peer';

const killAfterMs = 20 * 60_000;

/** Runs a process to its end and gives what it printed. @throws SextantError INTERNAL with the end of its errors */
export function outputOf({ command, args, env }: PeerCommand): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'], timeout: killAfterMs });
    let [output, errors] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (output += chunk));
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk));
    child.on('error', (cause) => reject(new SextantError('INTERNAL', `${command} did not start: ${cause.message}`, {}, { cause })));
    child.on('close', (code, signal) => {
      if (code === 0) return resolve(output);
      reject(new SextantError('INTERNAL', `${[command, ...args].join(' ')} ended with ${signal ?? `exit status ${code}`}:\n${errors.trim().slice(-2000)}`));
    });
  });
}
