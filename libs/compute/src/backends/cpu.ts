import * as tf from '@tensorflow/tfjs';
import { version_cpu } from '@tensorflow/tfjs-backend-cpu';
import type { BackendProvider } from './provider';

/** Plain JavaScript: slow, independent of our kernels, and therefore what they are tested against. */
export const cpu: BackendProvider = {
  name: 'cpu',
  description: 'plain JavaScript',
  setup: 'it is part of TF.js',
  async prepare() {
    // Otherwise its first tensor prints an advertisement for tfjs-node.
    tf.env().set('PROD', true);
    return { present: true, detail: { threads: 1, isa: 'javascript', version: version_cpu } };
  },
};
