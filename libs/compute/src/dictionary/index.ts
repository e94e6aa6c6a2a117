import type { NativeKernel } from '../native/kernel';
import { dictionaryEncodeKernels } from './encodeKernels';
import { dictionaryRowKernels } from './rows';
import { dictionaryCodeKernels } from './sparseKernels';

export const dictionaryKernels: NativeKernel[] = [...dictionaryEncodeKernels, ...dictionaryCodeKernels, ...dictionaryRowKernels];
