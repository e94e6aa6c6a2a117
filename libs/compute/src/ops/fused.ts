import * as tf from '@tensorflow/tfjs';

/**
 * How an operation finds its fastest form: a backend that registers a kernel of this name runs it as one step, any
 * other gets the operation's composite of ordinary TF.js ops. Shared code never asks which backend it is.
 */
export function hasFusedKernel(kernelName: string): boolean {
  return tf.getKernel(kernelName, tf.getBackend()) !== undefined;
}

export function runFused<T extends tf.Tensor = tf.Tensor>(kernelName: string, inputs: tf.NamedTensorMap, attrs: tf.NamedAttrMap = {}): T {
  return tf.engine().runKernel<T>(kernelName, inputs, attrs);
}

export function runFusedMany(kernelName: string, inputs: tf.NamedTensorMap, attrs: tf.NamedAttrMap = {}): tf.Tensor[] {
  return tf.engine().runKernel<tf.Tensor[]>(kernelName, inputs, attrs);
}

/** The one output gradient of an operation with one output. */
export function single(dy: tf.Tensor | tf.Tensor[]): tf.Tensor {
  const [first] = Array.isArray(dy) ? dy : [dy];
  if (!first) throw new TypeError('a gradient was asked for without an output gradient');
  return first;
}

/** A tensor an operation saved for its gradient, by place. */
export function savedAt(saved: tf.Tensor[], index: number): tf.Tensor {
  const tensor = saved[index];
  if (!tensor) throw new TypeError(`the gradient expects a saved tensor at place ${index}`);
  return tensor;
}

/** Length of the last axis. */
export function lastSize(tensor: { shape: number[] }): number {
  return tensor.shape[tensor.shape.length - 1] ?? 1;
}
