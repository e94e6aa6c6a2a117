import type * as tf from '@tensorflow/tfjs';
import { SextantError } from '@sextant/schema';
import type { KernelCall } from './kernel';

/** The inputs of one of our own kernels, which have no JavaScript kernel to fall back on: wrong types are refused. */
export function floatInput({ inputs, backend }: KernelCall, name: string): { info: tf.TensorInfo; values: Float32Array } {
  const info = inputs[name];
  const values = backend.floats(info);
  if (!info || !values || info.dtype !== 'float32') throw wrongType(name, 'float32', info);
  return { info, values };
}

export function intInput({ inputs, backend }: KernelCall, name: string): { info: tf.TensorInfo; values: Int32Array } {
  const info = inputs[name];
  const values = backend.ints(info);
  if (!info || !values) throw wrongType(name, 'int32', info);
  return { info, values };
}

function wrongType(name: string, expected: string, info: tf.TensorInfo | undefined): SextantError {
  const found = info ? `${info.dtype} of shape [${info.shape}]` : 'nothing';
  return new SextantError('INVALID_INPUT', `${name}: expected a ${expected} tensor, found ${found}; cast it first`, { tensor: name });
}
