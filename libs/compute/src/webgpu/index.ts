import * as tf from '@tensorflow/tfjs';
import { webgpuAttention } from './attention';
import { webgpuTopK } from './topK';

/** Our operations that run as one step on WebGPU: one line per file. */
export const webgpuKernels = [...webgpuAttention, ...webgpuTopK];

export function registerWebgpuKernels(): void {
  for (const kernel of webgpuKernels) tf.registerKernel({ ...kernel, backendName: 'webgpu' });
}
