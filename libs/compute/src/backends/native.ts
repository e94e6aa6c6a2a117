import * as tf from '@tensorflow/tfjs';
import { loadAddon } from '../native/addon';
import { registerNative } from '../native/register';
import type { BackendProvider } from './provider';

export const native: BackendProvider = {
  name: 'native',
  description: 'our C++ kernels (AVX-512, AVX2, NEON or SSE)',
  async prepare() {
    const result = loadAddon();
    if ('absent' in result) return { present: false, reason: result.absent };
    registerNative(result.addon);
    return { present: true, detail: { threads: result.addon.threads(), isa: result.addon.isa(), version: `tfjs ${tf.version_core}` } };
  },
};
