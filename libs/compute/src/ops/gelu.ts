import * as tf from '@tensorflow/tfjs';
import { floatInput } from '../native/inputs';
import type { NativeKernel } from '../native/kernel';
import { hasFusedKernel, runFused, savedAt, single } from './fused';

const GELU = 'SextantGelu';
const GELU_GRADIENT = 'SextantGeluGradient';

export type GeluForm = 'tanh' | 'erf';

/** x·Φ(x) (Hendrycks and Gimpel 2016): exactly with `erf`, or by the paper's `tanh` approximation (`gelu_new`). */
export function gelu(x: tf.Tensor, form: GeluForm): tf.Tensor {
  if (hasFusedKernel(GELU)) return runFused(GELU, { x }, { exact: form === 'erf' });
  return tf.tidy(() => {
    const gate =
      form === 'erf'
        ? tf.erf(tf.mul(x, Math.SQRT1_2))
        : tf.tanh(tf.mul(tf.add(x, tf.mul(tf.mul(tf.square(x), x), 0.044715)), Math.sqrt(2 / Math.PI)));
    return tf.mul(tf.mul(x, 0.5), tf.add(gate, 1));
  });
}

const forward: NativeKernel = {
  kernelName: GELU,
  run(call) {
    const x = floatInput(call, 'x');
    const out = call.backend.output(x.info.shape);
    call.backend.addon.gelu(x.values, out.values, call.attrs.exact === true);
    return out.info;
  },
};

const gradient: NativeKernel = {
  kernelName: GELU_GRADIENT,
  run(call) {
    const x = floatInput(call, 'x');
    const dx = call.backend.output(x.info.shape);
    call.backend.addon.geluGradient(x.values, floatInput(call, 'dy').values, dx.values, call.attrs.exact === true);
    return dx.info;
  },
};

tf.registerGradient({
  kernelName: GELU,
  inputsToSave: ['x'],
  gradFunc: (dy, saved, attrs) => ({ x: () => runFused(GELU_GRADIENT, { x: savedAt(saved, 0), dy: single(dy) }, attrs) }),
});

export const geluKernels: NativeKernel[] = [forward, gradient];
