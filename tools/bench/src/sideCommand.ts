import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PeerCommand } from './peers/peer';
import type { SideContext } from './row';

const entry = path.join(path.dirname(fileURLToPath(import.meta.url)), 'side.ts');

export type Side = 'prepare' | 'ours' | 'peer';

/** The command that runs one side of a row in a process of its own. */
export function sideCommand(row: string, side: Side, { inputs, threads }: SideContext): PeerCommand {
  return { command: process.execPath, args: ['--import', 'tsx', entry, row, side, inputs], env: { SEXTANT_THREADS: String(threads) } };
}
