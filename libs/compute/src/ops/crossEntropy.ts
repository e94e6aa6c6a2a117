import * as tf from '@tensorflow/tfjs';
import { floatInput, intInput } from '../native/inputs';
import type { NativeKernel } from '../native/kernel';
import { hasFusedKernel, runFused, savedAt, single } from './fused';

const CROSS_ENTROPY = 'SextantCrossEntropy';
const CROSS_ENTROPY_GRADIENT = 'SextantCrossEntropyGradient';

/**
 * −ln softmax(logits)[target] of each row, in nats. A negative target (padding) gives 0 and no gradient.
 * @param logits [N, V]
 * @param targets int32 [N]
 * @returns [N]
 * @throws TypeError for a target ≥ V (native backend).
 */
export function crossEntropy(logits: tf.Tensor2D, targets: tf.Tensor1D): tf.Tensor1D {
  if (hasFusedKernel(CROSS_ENTROPY)) return runFused(CROSS_ENTROPY, { logits, targets }).as1D();
  const [, classes] = logits.shape;
  return tf.tidy(() => {
    const chosen = tf.sum(tf.mul(tf.logSoftmax(logits), tf.oneHot(targets, classes).toFloat()), 1);
    const counted = tf.cast(tf.greaterEqual(targets, tf.scalar(0, 'int32')), 'float32');
    return tf.mul(tf.neg(chosen), counted).as1D();
  });
}

const forward: NativeKernel = {
  kernelName: CROSS_ENTROPY,
  run(call) {
    const logits = floatInput(call, 'logits');
    const targets = intInput(call, 'targets');
    const [rows = 0, classes = 0] = logits.info.shape;
    const out = call.backend.output([rows]);
    call.backend.addon.crossEntropy(logits.values, targets.values, out.values, rows, classes);
    return out.info;
  },
};

const gradient: NativeKernel = {
  kernelName: CROSS_ENTROPY_GRADIENT,
  run(call) {
    const logits = floatInput(call, 'logits');
    const targets = intInput(call, 'targets');
    const [rows = 0, classes = 0] = logits.info.shape;
    const out = call.backend.output([rows, classes]);
    call.backend.addon.crossEntropyGradient(logits.values, targets.values, floatInput(call, 'dy').values, out.values, rows, classes);
    return out.info;
  },
};

tf.registerGradient({
  kernelName: CROSS_ENTROPY,
  inputsToSave: ['logits', 'targets'],
  gradFunc: (dy, saved) => ({
    logits: () => runFused(CROSS_ENTROPY_GRADIENT, { logits: savedAt(saved, 0), targets: savedAt(saved, 1), dy: single(dy) }),
  }),
});

export const crossEntropyKernels: NativeKernel[] = [forward, gradient];
