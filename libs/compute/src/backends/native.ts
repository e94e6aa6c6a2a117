import * as tf from '@tensorflow/tfjs';
import { loadAddon } from '../native/addon';
import { registerNative } from '../native/register';
import type { BackendProvider } from './provider';

export const native: BackendProvider = {
  name: 'native',
  description: 'our C++ kernels (AVX-512, AVX2, NEON or SSE)',
  setup: 'install a C++ compiler (`apt-get install g++`, `xcode-select --install`), then npm run setup',
  async prepare() {
    const result = loadAddon();
    if ('absent' in result) return { present: false, reason: result.absent };
    registerNative(result.addon);
    return { present: true, detail: { threads: result.addon.threads(), isa: result.addon.isa(), version: `tfjs ${tf.version_core}` } };
  },
};
