import { createRequire } from 'node:module';
import os from 'node:os';
import * as tf from '@tensorflow/tfjs';
import { findOptional } from './optionalPackages';
import type { BackendProvider } from './provider';

const packages = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'];

/**
 * libtensorflow, on CUDA or with oneDNN on the processor. Optional: its packages are looked for, never asked for.
 * Signals that reach a thread inside oneDNN's matrix product corrupt memory, hence `ownThread`.
 */
export const tensorflow: BackendProvider = {
  name: 'tensorflow',
  description: 'libtensorflow: CUDA, or the processor through oneDNN',
  setup: 'npm run setup:tensorflow (-- --gpu for CUDA), then SEXTANT_BACKEND=tensorflow',
  ownThread: true,
  environment: () => ({
    TF_ENABLE_ONEDNN_OPTS: '1',
    TF_CPP_MIN_LOG_LEVEL: '2',
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    ...(process.env.SEXTANT_THREADS ? { TF_NUM_INTRAOP_THREADS: process.env.SEXTANT_THREADS } : {}),
  }),
  async prepare() {
    const found = packages.map(findOptional).find((file) => file !== null);
    if (!found) return { present: false, reason: `neither ${packages.join(' nor ')} is installed` };
    fillInUtil();
    const before = tf.engine().backendName;
    try {
      // Loading registers the backend and makes it the current one.
      createRequire(import.meta.url)(found);
    } catch (error) {
      const [line] = (error instanceof Error ? error.message : String(error)).split('\n');
      return { present: false, reason: `${found} did not load: ${line}` };
    }
    const { gpu, version } = describe(tf.backend());
    if (before) await tf.setBackend(before);
    const threads = gpu ? 1 : Number(process.env.SEXTANT_THREADS) || os.availableParallelism();
    return { present: true, detail: { threads, isa: gpu ? 'CUDA device' : 'processor, no GPU in use', version: `TensorFlow ${version}` } };
  },
};

/** Whether a GPU is used has to be asked: without a driver libtensorflow computes on the processor and says nothing. */
function describe(backend: object): { gpu: boolean; version: string } {
  const binding: unknown = Reflect.get(backend, 'binding');
  const version: unknown = typeof binding === 'object' && binding !== null ? Reflect.get(binding, 'TF_Version') : undefined;
  return { gpu: Reflect.get(backend, 'isUsingGpuDevice') === true, version: String(version) };
}

/** Functions that tfjs-node 4.22 calls and Node 23 removed. */
function fillInUtil(): void {
  const util: object = createRequire(import.meta.url)('node:util');
  if (!Reflect.has(util, 'isNullOrUndefined')) Reflect.set(util, 'isNullOrUndefined', (value: unknown) => value === null || value === undefined);
  if (!Reflect.has(util, 'isArray')) Reflect.set(util, 'isArray', Array.isArray);
}
