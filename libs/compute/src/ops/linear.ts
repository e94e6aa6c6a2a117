import * as tf from '@tensorflow/tfjs';
import { SextantError } from '@sextant/schema';
import { floatInput } from '../native/inputs';
import type { NativeKernel } from '../native/kernel';
import { hasFusedKernel, lastSize, runFused, savedAt, single } from './fused';
import { product } from './product';

const LINEAR = 'SextantLinear';

/**
 * x·wᵀ + b over the last axis, in the layout of Hugging Face checkpoints.
 * @param x [..., in]
 * @param w [out, in]
 * @param b [out]
 * @returns [..., out]
 * @throws SextantError INVALID_INPUT when the sizes do not fit.
 */
export function linear(x: tf.Tensor, w: tf.Tensor2D, b?: tf.Tensor1D): tf.Tensor {
  const [outSize, inSize] = w.shape;
  if (lastSize(x) !== inSize || (b && b.shape[0] !== outSize)) {
    throw new SextantError('INVALID_INPUT', `linear: x [${x.shape}], weight [${w.shape}]${b ? `, bias [${b.shape}]` : ''} do not fit`, {
      field: 'w',
      value: w.shape,
    });
  }
  if (hasFusedKernel(LINEAR)) return runFused(LINEAR, b ? { x, w, b } : { x, w });
  return tf.tidy(() => {
    const flat = product(tf.reshape(x, [-1, inSize]), tf.transpose(w));
    return tf.reshape(b ? tf.add(flat, b) : flat, [...x.shape.slice(0, -1), outSize]);
  });
}

const forward: NativeKernel = {
  kernelName: LINEAR,
  run(call) {
    const x = floatInput(call, 'x');
    const w = floatInput(call, 'w');
    const [outSize = 0, inSize = 0] = w.info.shape;
    const bias = call.inputs.b ? floatInput(call, 'b').values : null;
    const out = call.backend.output([...x.info.shape.slice(0, -1), outSize]);
    const rows = inSize === 0 ? 0 : x.values.length / inSize;
    call.backend.addon.matMul(x.values, w.values, out.values, 1, rows, inSize, outSize, false, true, false, false, bias, false);
    return out.info;
  },
};

tf.registerGradient({
  kernelName: LINEAR,
  inputsToSave: ['x', 'w'],
  gradFunc: (dy, saved) => {
    const x = savedAt(saved, 0);
    const w = savedAt(saved, 1);
    const [outSize = 0, inSize = 0] = w.shape;
    const rows = tf.reshape(single(dy), [-1, outSize]);
    return {
      x: () => tf.reshape(tf.matMul(rows, w.as2D(outSize, inSize)), x.shape),
      w: () => tf.matMul(rows, tf.reshape(x, [-1, inSize]), true, false),
      b: () => tf.sum(rows, 0),
    };
  },
});

export const linearKernels: NativeKernel[] = [forward];
