import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));

/** The repository's root. */
export const root = path.resolve(here, '../../..');
/** Scripts of the peers, part of the repository. */
export const peerScripts = path.resolve(here, '../peers');
/** Everything the bench writes: inputs, peers' packages, results. Outside git. */
export const scratch = path.join(root, '.cache/bench');
/** Where `npm run bench:peers` put the peers' packages. */
export const peerPackages = process.env.SEXTANT_BENCH_PEERS ?? path.join(scratch, 'peers');
export const shared = process.env.SEXTANT_SHARED ?? path.resolve(root, '../shared');

const smolLM2 = 'data/models/smollm2-135m-instruct-gguf/SmolLM2-135M-Instruct.Q4_1.gguf';

/** The Q4_1 file of SmolLM2-135M-Instruct. */
export const smolLM2File = path.join(shared, smolLM2);

/** Why rows on SmolLM2 cannot run here, or null. */
export const withoutSmolLM2 = (): string | null =>
  existsSync(smolLM2File) ? null : `the file ${smolLM2} is not in ${shared}; put it there or name the folder in SEXTANT_SHARED`;
