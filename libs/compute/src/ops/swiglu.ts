import * as tf from '@tensorflow/tfjs';
import { floatInput } from '../native/inputs';
import type { NativeKernel } from '../native/kernel';
import { hasFusedKernel, runFused, runFusedMany, savedAt, single } from './fused';

const SWIGLU = 'SextantSwiglu';
const SWIGLU_GRADIENT = 'SextantSwigluGradient';

/** gate·σ(gate)·up, element by element (Shazeer 2020). Both inputs have one shape. */
export function swiglu(gate: tf.Tensor, up: tf.Tensor): tf.Tensor {
  if (hasFusedKernel(SWIGLU)) return runFused(SWIGLU, { gate, up });
  return tf.tidy(() => tf.mul(tf.mul(gate, tf.sigmoid(gate)), up));
}

const forward: NativeKernel = {
  kernelName: SWIGLU,
  run(call) {
    const gate = floatInput(call, 'gate');
    const out = call.backend.output(gate.info.shape);
    call.backend.addon.swiglu(gate.values, floatInput(call, 'up').values, out.values);
    return out.info;
  },
};

const gradient: NativeKernel = {
  kernelName: SWIGLU_GRADIENT,
  run(call) {
    const gate = floatInput(call, 'gate');
    const dGate = call.backend.output(gate.info.shape);
    const dUp = call.backend.output(gate.info.shape);
    call.backend.addon.swigluGradient(
      gate.values, floatInput(call, 'up').values, floatInput(call, 'dy').values, dGate.values, dUp.values,
    );
    return [dGate.info, dUp.info];
  },
};

tf.registerGradient({
  kernelName: SWIGLU,
  inputsToSave: ['gate', 'up'],
  gradFunc: (dy, saved) => {
    const [dGate, dUp] = runFusedMany(SWIGLU_GRADIENT, { gate: savedAt(saved, 0), up: savedAt(saved, 1), dy: single(dy) });
    if (!dGate || !dUp) throw new TypeError(`${SWIGLU_GRADIENT} gave fewer than two gradients`);
    return { gate: () => dGate, up: () => dUp };
  },
});

export const swigluKernels: NativeKernel[] = [forward, gradient];
