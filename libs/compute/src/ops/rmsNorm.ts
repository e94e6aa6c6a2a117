import * as tf from '@tensorflow/tfjs';
import { number } from '../kernels/attributes';
import { floatInput } from '../native/inputs';
import type { NativeKernel } from '../native/kernel';
import { hasFusedKernel, lastSize, runFused, runFusedMany, savedAt, single } from './fused';

const RMS_NORM = 'SextantRmsNorm';
const RMS_NORM_GRADIENT = 'SextantRmsNormGradient';

/**
 * x / sqrt(mean x² + eps) · gain over the last axis (Zhang and Sennrich 2019).
 * @param x [..., d]
 * @param gain [d]
 */
export function rmsNorm(x: tf.Tensor, gain: tf.Tensor1D, eps: number): tf.Tensor {
  if (hasFusedKernel(RMS_NORM)) return runFused(RMS_NORM, { x, gain }, { eps });
  return tf.tidy(() => {
    const meanSquare = tf.mean(tf.square(x), -1, true);
    return tf.mul(tf.mul(x, tf.rsqrt(tf.add(meanSquare, eps))), gain);
  });
}

const forward: NativeKernel = {
  kernelName: RMS_NORM,
  run(call) {
    const x = floatInput(call, 'x');
    const gain = floatInput(call, 'gain');
    const width = lastSize(x.info);
    const out = call.backend.output(x.info.shape);
    call.backend.addon.rmsNorm(x.values, gain.values, out.values, x.values.length / width, width, number(call.attrs, 'eps'));
    return out.info;
  },
};

const gradient: NativeKernel = {
  kernelName: RMS_NORM_GRADIENT,
  run(call) {
    const x = floatInput(call, 'x');
    const gain = floatInput(call, 'gain');
    const dy = floatInput(call, 'dy');
    const width = lastSize(x.info);
    const dx = call.backend.output(x.info.shape);
    const dGain = call.backend.output(gain.info.shape);
    const rows = x.values.length / width;
    call.backend.addon.rmsNormGradient(
      x.values, gain.values, dy.values, dx.values, dGain.values, rows, width, number(call.attrs, 'eps'),
    );
    return [dx.info, dGain.info];
  },
};

tf.registerGradient({
  kernelName: RMS_NORM,
  inputsToSave: ['x', 'gain'],
  gradFunc: (dy, saved, attrs) => {
    const inputs = { x: savedAt(saved, 0), gain: savedAt(saved, 1), dy: single(dy) };
    const [dx, dGain] = runFusedMany(RMS_NORM_GRADIENT, inputs, attrs);
    if (!dx || !dGain) throw new TypeError(`${RMS_NORM_GRADIENT} gave fewer than two gradients`);
    return { x: () => dx, gain: () => dGain };
  },
});

export const rmsNormKernels: NativeKernel[] = [forward, gradient];
