import { existsSync } from 'node:fs';
import path from 'node:path';
import { peerPackages, peerScripts } from '../paths';
import type { Peer } from './peer';

/** Without the allocator's settings PyTorch gives its memory back after every step and is up to twice as slow. */
const tuned = {
  MALLOC_MMAP_MAX_: '0',
  MALLOC_TRIM_THRESHOLD_: '100000000000',
  SPARSIFY_DISABLE_TRITON: '1',
  CUDA_VISIBLE_DEVICES: '',
  HF_HUB_OFFLINE: '1',
  TOKENIZERS_PARALLELISM: 'false',
  // Settings for old OpenBLAS builds, which slow down current ones.
  OPENBLAS_CORETYPE: undefined,
  OPENBLAS_L2_SIZE: undefined,
};

/** A script of tools/bench/peers/python, given the folder of inputs and its settings as JSON. */
export function pythonPeer({ name, script, settings }: { name: string; script: string; settings: Record<string, unknown> }): Peer {
  const python = path.join(peerPackages, 'python/bin/python');
  const scripts = path.join(peerScripts, 'python');
  return {
    name,
    missing: () => (existsSync(python) ? null : `${name} is not set up; run: npm run bench:peers`),
    command: ({ inputs, threads }) => ({
      command: python,
      args: [path.join(scripts, script), inputs, JSON.stringify(settings)],
      env: { ...tuned, OMP_NUM_THREADS: String(threads), MKL_NUM_THREADS: String(threads), PYTHONPATH: path.join(scripts, 'stubs') },
    }),
  };
}
