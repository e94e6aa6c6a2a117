import * as tf from '@tensorflow/tfjs';
import { nativeKernels } from '../kernels/index';
import { webgpuKernels } from '../webgpu/index';

/**
 * `fused`: one kernel does it. `composite`: ordinary TF.js ops do, values and gradients. `missing`: a TF.js kernel that
 * this backend lacks, so that what needs it fails there.
 */
export type KernelSupport = 'fused' | 'composite' | 'missing';

const isOurs = (name: string) => name.startsWith('Sextant');

/** Every kernel of our registry, ordinary ones first, and how a loaded backend does it. */
export function kernelSupport(backend: string): Record<string, KernelSupport> {
  const support: Record<string, KernelSupport> = {};
  for (const name of kernelNames()) {
    if (tf.getKernel(name, backend)) support[name] = 'fused';
    else support[name] = isOurs(name) ? 'composite' : 'missing';
  }
  return support;
}

/** The names of our registry: the TF.js kernels that are hot, and our own operations. */
export function kernelNames(): string[] {
  const names = [...new Set([...nativeKernels, ...webgpuKernels].map((kernel) => kernel.kernelName))].sort();
  return [...names.filter((name) => !isOurs(name)), ...names.filter(isOurs)];
}
