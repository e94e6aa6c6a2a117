import type { NativeKernel } from '../native/kernel';
import { appendColumnsKernels } from './appendColumns';
import { attentionKernels } from './attention';
import { crossEntropyKernels } from './crossEntropy';
import { embeddingKernels } from './embedding';
import { geluKernels } from './gelu';
import { layerNormKernels } from './layerNorm';
import { linearKernels } from './linear';
import { rmsNormKernels } from './rmsNorm';
import { ropeKernels } from './rope';
import { swigluKernels } from './swiglu';

/** The native kernels of every fused operation: one line per file of this folder. */
export const fusedKernels: NativeKernel[] = [
  ...linearKernels,
  ...embeddingKernels,
  ...rmsNormKernels,
  ...layerNormKernels,
  ...ropeKernels,
  ...appendColumnsKernels,
  ...attentionKernels,
  ...swigluKernels,
  ...geluKernels,
  ...crossEntropyKernels,
];
