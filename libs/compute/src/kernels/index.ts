import type { NativeKernel } from '../native/kernel';
import { dictionaryKernels } from '../dictionary/index';
import { fusedKernels } from '../ops/index';
import { binaryKernels } from './binary';
import { indexingKernels } from './indexing';
import { layoutKernels } from './layout';
import { matMulKernels } from './matMul';
import { reduceKernels } from './reduce';
import { unaryKernels } from './unary';
import { valueKernels } from './values';

/** Every kernel of the native backend: ordinary TF.js kernels it overrides, then our own operations. */
export const nativeKernels: NativeKernel[] = [
  ...matMulKernels,
  ...binaryKernels,
  ...unaryKernels,
  ...reduceKernels,
  ...layoutKernels,
  ...indexingKernels,
  ...valueKernels,
  ...fusedKernels,
  ...dictionaryKernels,
];
