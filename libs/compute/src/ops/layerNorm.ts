import * as tf from '@tensorflow/tfjs';
import { number } from '../kernels/attributes';
import { floatInput } from '../native/inputs';
import type { NativeKernel } from '../native/kernel';
import { hasFusedKernel, lastSize, runFused, runFusedMany, savedAt, single } from './fused';

const LAYER_NORM = 'SextantLayerNorm';
const LAYER_NORM_GRADIENT = 'SextantLayerNormGradient';

/**
 * (x − mean) / sqrt(variance + eps) · gain + bias over the last axis (Ba et al. 2016; the variance divides by d).
 * @param x [..., d]
 * @param gain [d]
 * @param bias [d]
 */
export function layerNorm(x: tf.Tensor, gain: tf.Tensor1D, bias: tf.Tensor1D, eps: number): tf.Tensor {
  if (hasFusedKernel(LAYER_NORM)) return runFused(LAYER_NORM, { x, gain, bias }, { eps });
  return tf.tidy(() => {
    const centred = tf.sub(x, tf.mean(x, -1, true));
    const variance = tf.mean(tf.square(centred), -1, true);
    return tf.add(tf.mul(tf.mul(centred, tf.rsqrt(tf.add(variance, eps))), gain), bias);
  });
}

const forward: NativeKernel = {
  kernelName: LAYER_NORM,
  run(call) {
    const x = floatInput(call, 'x');
    const gain = floatInput(call, 'gain');
    const bias = floatInput(call, 'bias');
    const width = lastSize(x.info);
    const out = call.backend.output(x.info.shape);
    const rows = x.values.length / width;
    call.backend.addon.layerNorm(x.values, gain.values, bias.values, out.values, rows, width, number(call.attrs, 'eps'));
    return out.info;
  },
};

const gradient: NativeKernel = {
  kernelName: LAYER_NORM_GRADIENT,
  run(call) {
    const x = floatInput(call, 'x');
    const gain = floatInput(call, 'gain');
    const dy = floatInput(call, 'dy');
    const width = lastSize(x.info);
    const dx = call.backend.output(x.info.shape);
    const dGain = call.backend.output(gain.info.shape);
    const dBias = call.backend.output(gain.info.shape);
    call.backend.addon.layerNormGradient(
      x.values, gain.values, dy.values, dx.values, dGain.values, dBias.values, x.values.length / width, width,
      number(call.attrs, 'eps'),
    );
    return [dx.info, dGain.info, dBias.info];
  },
};

tf.registerGradient({
  kernelName: LAYER_NORM,
  inputsToSave: ['x', 'gain'],
  gradFunc: (dy, saved, attrs) => {
    const inputs = { x: savedAt(saved, 0), gain: savedAt(saved, 1), dy: single(dy) };
    const [dx, dGain, dBias] = runFusedMany(LAYER_NORM_GRADIENT, inputs, attrs);
    if (!dx || !dGain || !dBias) throw new TypeError(`${LAYER_NORM_GRADIENT} gave fewer than three gradients`);
    return { x: () => dx, gain: () => dGain, bias: () => dBias };
  },
});

export const layerNormKernels: NativeKernel[] = [forward, gradient];
