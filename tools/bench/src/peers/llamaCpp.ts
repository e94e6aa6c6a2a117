import { existsSync } from 'node:fs';
import path from 'node:path';
import { peerPackages, peerScripts } from '../paths';
import type { Peer } from './peer';

/** llama.cpp through npm's node-llama-cpp, on a GGUF file. */
export function llamaCppPeer(settings: { model: string; newTokens: number; contextSize: number; warmup: number; repetitions: number }): Peer {
  const packages = path.join(peerPackages, 'node');
  return {
    name: 'llama.cpp',
    missing: () => (existsSync(path.join(packages, 'node_modules/node-llama-cpp')) ? null : 'node-llama-cpp is not set up; run: npm run bench:peers'),
    command: ({ inputs, threads }) => ({
      command: process.execPath,
      args: [path.join(peerScripts, 'node/llamaCpp.mjs'), packages, inputs, JSON.stringify({ ...settings, threads })],
      env: {},
    }),
  };
}
