import type * as tf from '@tensorflow/tfjs';
import type { NativeBackend } from './backend';

export interface KernelCall {
  inputs: tf.NamedTensorInfoMap;
  attrs: tf.NamedAttrMap;
  backend: NativeBackend;
}

/**
 * A kernel of the native backend. One that overrides an ordinary TF.js kernel may return null for what it does not
 * cover (a dtype, a layout): the inherited JavaScript kernel then serves the call, and the backend counts it.
 */
export interface NativeKernel {
  kernelName: string;
  run(call: KernelCall): tf.TensorInfo | tf.TensorInfo[] | null;
}
