import * as tf from '@tensorflow/tfjs';
import { SextantError } from '@sextant/schema';
import { number } from '../kernels/attributes';
import { floatInput, intInput } from '../native/inputs';
import type { NativeKernel } from '../native/kernel';
import { hasFusedKernel, runFused, savedAt, single } from './fused';

const ROPE = 'SextantRope';

export interface RopeOptions {
  /** Radians per position for each rotated pair, [rotaryDims / 2]. */
  inverseFrequencies: Float32Array;
  /** Leading dimensions of each head that are rotated; all by default. */
  rotaryDims?: number;
  /** Pairs (i, i + rotaryDims/2), as in Llama, or (2i, 2i + 1), as in GPT-J. */
  style: 'half' | 'interleaved';
  /** Factor on sine and cosine (YaRN); 1 by default. */
  attentionScaling?: number;
}

/**
 * Rotary position embedding (Su et al. 2021).
 * @param x [B, T, H, dh]
 * @param positions int32 [B, T]
 * @throws SextantError INVALID_INPUT when frequencies and dimensions do not fit.
 */
export function rope(x: tf.Tensor4D, positions: tf.Tensor2D, options: RopeOptions): tf.Tensor4D {
  const { inverseFrequencies, style, attentionScaling = 1 } = options;
  const width = x.shape[3];
  const rotaryDims = options.rotaryDims ?? width;
  if (rotaryDims % 2 !== 0 || rotaryDims > width || inverseFrequencies.length !== rotaryDims / 2) {
    throw new SextantError(
      'INVALID_INPUT',
      `rope: ${inverseFrequencies.length} frequencies for ${rotaryDims} rotary dimensions of ${width}; ` +
        'expected one frequency per pair, and an even number of dimensions',
      { field: 'rotaryDims', value: rotaryDims },
    );
  }
  return tf.tidy(() => {
    const frequencies = tf.tensor1d(inverseFrequencies);
    if (hasFusedKernel(ROPE)) {
      const attrs = { rotaryDims, interleaved: style === 'interleaved', scaling: attentionScaling, backward: false };
      return runFused(ROPE, { x, positions, frequencies }, attrs).as4D(...x.shape);
    }
    const [unscaledCosine, unscaledSine] = cosineAndSine(tf.mul(tf.reshape(positions.toFloat(), [...positions.shape, 1, 1]), frequencies));
    const cosine = tf.mul(unscaledCosine, attentionScaling);
    const sine = tf.mul(unscaledSine, attentionScaling);
    const rotated = style === 'half' ? rotateHalves(x, rotaryDims, cosine, sine) : rotatePairs(x, rotaryDims, cosine, sine);
    return rotated.as4D(...x.shape);
  });
}

/**
 * Cosine and sine of any angle to float32's precision: WebGPU promises its own to 2⁻¹¹ only, and within one turn. Whole
 * turns are taken away first, by a 2π in two parts of which the first is short enough for its multiples to be exact
 * (Cody and Waite 1980); Taylor's series then serve a quarter of the angle, which is doubled twice.
 */
function cosineAndSine(angles: tf.Tensor): [cosine: tf.Tensor, sine: tf.Tensor] {
  const turns = tf.round(tf.mul(angles, 1 / (2 * Math.PI)));
  const within = tf.sub(tf.sub(angles, tf.mul(turns, 6.28125)), tf.mul(turns, 2 * Math.PI - 6.28125));
  const x = tf.mul(within, 0.25);
  const square = tf.square(x);
  const series = (coefficients: number[]) => coefficients.reduceRight<tf.Tensor>((sum, c) => tf.add(tf.mul(sum, square), c), tf.zerosLike(x));
  let sine = tf.mul(x, series([1, -1 / 6, 1 / 120, -1 / 5040, 1 / 362880]));
  let cosine = series([1, -1 / 2, 1 / 24, -1 / 720, 1 / 40320, -1 / 3628800]);
  for (let doubling = 0; doubling < 2; doubling++) {
    [sine, cosine] = [tf.mul(tf.mul(sine, cosine), 2), tf.sub(1, tf.mul(tf.square(sine), 2))];
  }
  return [cosine, sine];
}

function part(x: tf.Tensor4D, begin: number, size: number): tf.Tensor4D {
  return tf.slice4d(x, [0, 0, 0, begin], [-1, -1, -1, size]);
}

function rotateHalves(x: tf.Tensor4D, rotaryDims: number, cosine: tf.Tensor, sine: tf.Tensor): tf.Tensor {
  const pairs = rotaryDims / 2;
  const first = part(x, 0, pairs);
  const second = part(x, pairs, pairs);
  const turned = [
    tf.sub(tf.mul(first, cosine), tf.mul(second, sine)),
    tf.add(tf.mul(second, cosine), tf.mul(first, sine)),
  ];
  return tf.concat(rotaryDims === x.shape[3] ? turned : [...turned, part(x, rotaryDims, x.shape[3] - rotaryDims)], 3);
}

function rotatePairs(x: tf.Tensor4D, rotaryDims: number, cosine: tf.Tensor, sine: tf.Tensor): tf.Tensor {
  const [batch, tokens, heads, width] = x.shape;
  const pairs = rotaryDims / 2;
  const paired = tf.reshape(part(x, 0, rotaryDims), [-1, pairs, 2]);
  const member = (index: number) => tf.reshape(tf.slice(paired, [0, 0, index], [-1, -1, 1]), [batch, tokens, heads, pairs, 1]);
  const [c, s] = [tf.expandDims(cosine, -1), tf.expandDims(sine, -1)];
  const [even, odd] = [member(0), member(1)];
  const turned = tf.concat([tf.sub(tf.mul(even, c), tf.mul(odd, s)), tf.add(tf.mul(odd, c), tf.mul(even, s))], 4);
  const flat = tf.reshape(turned, [batch, tokens, heads, rotaryDims]);
  return rotaryDims === width ? flat : tf.concat([flat, part(x, rotaryDims, width - rotaryDims)], 3);
}

const kernel: NativeKernel = {
  kernelName: ROPE,
  run(call) {
    const x = floatInput(call, 'x');
    const positions = intInput(call, 'positions');
    const frequencies = floatInput(call, 'frequencies');
    const [batch = 0, tokens = 0, heads = 0, width = 0] = x.info.shape;
    const out = call.backend.output(x.info.shape);
    call.backend.addon.rope(
      x.values, positions.values, frequencies.values, out.values, batch * tokens, heads, width,
      number(call.attrs, 'rotaryDims'), call.attrs.interleaved === true, number(call.attrs, 'scaling'),
      call.attrs.backward === true,
    );
    return out.info;
  },
};

tf.registerGradient({
  kernelName: ROPE,
  inputsToSave: ['positions', 'frequencies'],
  gradFunc: (dy, saved, attrs) => ({
    x: () => {
      const inputs = { x: single(dy), positions: savedAt(saved, 0), frequencies: savedAt(saved, 1) };
      return runFused(ROPE, inputs, { ...attrs, backward: true });
    },
  }),
});

export const ropeKernels: NativeKernel[] = [kernel];
