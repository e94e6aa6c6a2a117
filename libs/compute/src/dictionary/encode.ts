import * as tf from '@tensorflow/tfjs';
import { SextantError } from '@sextant/schema';
import { hasFusedKernel, runFused, runFusedMany, savedAt } from '../ops/fused';
import { linear } from '../ops/linear';
import type { Codes, DenseCodes, SparseCodes } from './codes';
import { detach } from './detach';
import { ENCODE_THRESHOLD, ENCODE_TOPK } from './encodeKernels';
import { TOPK_MASK } from '../webgpu/topK';
import { DECODE, FEATURE_ROWS, FEATURE_SUMS } from './sparseKernels';

/** A feature's pre-activation on a row is ((x − center) · weights_i + bias_i) · scale_i. */
export interface EncodeInput {
  /** [rows, d] */
  x: tf.Tensor2D;
  /** [d]; nothing is subtracted without it. */
  center?: tf.Tensor1D;
  /** [n, d] */
  weights: tf.Tensor2D;
  /** [n] */
  bias: tf.Tensor1D;
  /** [n]; 1 without it. */
  scale?: tf.Tensor1D;
  /** Ascending features to consider; all others stay silent. */
  subset?: Int32Array;
  /** The caller needs no gradient of x (it is data): a backward pass then skips one of its dearest parts. */
  xIsData?: boolean;
}

/**
 * The k largest pre-activations of each row; ties go to the lower feature. With `positive`, only those above 0.
 * On the native backend the [rows, n] matrix is never stored and the result is that of the canonical dot product
 * (native/src/dictionaryLanes.h): the same bits at any thread count and on any instruction set.
 * @throws SextantError INVALID_INPUT for k outside 1 … n, unfitting shapes, NaN or infinities
 */
export function encodeTopK(input: EncodeInput, { k, positive }: { k: number; positive: boolean }): Codes {
  checkInput(input);
  const n = input.weights.shape[0];
  if (!Number.isInteger(k) || k < 1 || k > n) {
    throw new SextantError('INVALID_INPUT', `k is ${k}; expected a whole number from 1 to the dictionary's ${n} features`, { field: 'k', value: k });
  }
  if (hasFusedKernel(ENCODE_TOPK)) return sparse(input, ENCODE_TOPK, { k, positive });
  return dense(() => {
    const pre = preActivations(input);
    const excluded = tf.mul(tf.sub(subsetMask(input), 1), 1e30);
    const mask = topKMask(tf.add(pre, excluded), Math.min(k, input.subset?.length ?? n));
    return tf.mul(positive ? tf.relu(pre) : pre, mask);
  });
}

/**
 * Every pre-activation above its feature's threshold (0 without one).
 * @param layout `sparse` pays while few features fire (below some 5 %); a backend without sparse kernels answers `dense`
 * @throws SextantError INVALID_INPUT for unfitting shapes, and (sparse) for NaN or infinities
 */
export function encodeThreshold(input: EncodeInput, { threshold, layout = 'sparse' }: { threshold?: tf.Tensor1D; layout?: Codes['layout'] } = {}): Codes {
  checkInput(input);
  if (layout === 'sparse' && hasFusedKernel(ENCODE_THRESHOLD)) return sparse(input, ENCODE_THRESHOLD, {}, threshold);
  return dense(() => {
    const pre = preActivations(input);
    if (!threshold && !input.subset) return tf.relu(pre);
    const above = tf.step(threshold ? tf.sub(pre, threshold) : pre);
    return tf.mul(tf.mul(pre, above), subsetMask(input));
  });
}

function dense(values: () => tf.Tensor2D): DenseCodes {
  const matrix = tf.tidy(values);
  return { layout: 'dense', rows: matrix.shape[0], n: matrix.shape[1], dense: matrix };
}

/** ((x − center) · weightsᵀ + bias) · scale as a matrix, [rows, n]; `subset` is not applied. */
export function preActivations({ x, center, weights, bias, scale }: EncodeInput): tf.Tensor2D {
  return tf.tidy(() => {
    const pre = linear(center ? tf.sub(x, center) : x, weights, bias);
    return (scale ? tf.mul(pre, scale) : pre).as2D(x.shape[0], weights.shape[0]);
  });
}

/** 1 at the k largest of each row, ties to the lower column; [rows, n]. A constant to the gradient. */
export function topKMask(scores: tf.Tensor2D, k: number): tf.Tensor2D {
  const [rows, n] = scores.shape;
  const mask = tf.customGrad((...args) => {
    const [ranked] = args;
    if (!(ranked instanceof tf.Tensor)) throw new TypeError('topKMask takes a matrix');
    const gradFunc = (dy: tf.Tensor) => tf.zerosLike(dy);
    if (hasFusedKernel(TOPK_MASK)) return { value: runFused(TOPK_MASK, { scores: ranked }, { k }), gradFunc };
    const { indices } = tf.topk(ranked, k, true);
    const row = tf.tile(tf.reshape(tf.range(0, rows, 1, 'int32'), [rows, 1]), [1, k]);
    const places = tf.stack([row.flatten(), indices.flatten()], 1);
    return { value: tf.scatterND(places.toInt(), tf.ones([rows * k]), [rows, n]), gradFunc };
  });
  return mask(scores).as2D(rows, n);
}

function subsetMask({ subset, weights }: EncodeInput): tf.Tensor {
  if (!subset) return tf.scalar(1);
  const mask = new Float32Array(weights.shape[0]);
  for (const feature of subset) mask[feature] = 1;
  return tf.tensor1d(mask);
}

/**
 * The sparse form: one kernel finds the codes outside the tape; a custom gradient then ties their values to what they
 * depend on. The centred input is kept for it, so that it need not be formed again.
 */
function sparse(input: EncodeInput, kernelName: string, attrs: tf.NamedAttrMap, threshold?: tf.Tensor1D): SparseCodes {
  const { x, center, weights, bias, scale, subset, xIsData } = input;
  const [n, d] = weights.shape;
  const [offsets, features, values] = tf.tidy(() => {
    const centred = center ? tf.sub(x, center) : x;
    const kernelInputs: tf.NamedTensorMap = { x: centred, weights, bias };
    if (scale) kernelInputs.scale = scale;
    if (threshold) kernelInputs.threshold = threshold;
    if (subset) kernelInputs.subset = tf.tensor1d(subset, 'int32');
    const [found, foundOffsets, foundFeatures] = runFusedMany(kernelName, kernelInputs, attrs);
    if (!found || !foundOffsets || !foundFeatures) throw new TypeError(`${kernelName} gave fewer than three outputs`);
    const [offsets, features] = [detach(foundOffsets).as1D(), detach(foundFeatures).as1D()];

    const inputs: tf.Tensor[] = [weights, bias];
    if (!xIsData) inputs.push(x);
    if (center) inputs.push(center);
    if (scale) inputs.push(scale);
    const tie = tf.customGrad((...args) => {
      const save = args[args.length - 1];
      if (typeof save !== 'function') throw new TypeError('customGrad gave no save function');
      save([offsets, features, found, centred, weights, ...(scale ? [scale] : [])]);
      return {
        value: found.clone(),
        gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
          const [rowOffsets, rowFeatures, values, rows, encoder] = [0, 1, 2, 3, 4].map((i) => savedAt(saved, i));
          if (!rowOffsets || !rowFeatures || !values || !rows || !encoder) throw new TypeError('encode saved too few tensors');
          const index = { offsets: rowOffsets, features: rowFeatures };
          const scales = scale ? savedAt(saved, 5) : undefined;
          const dPre = scales ? tf.mul(dy, tf.gather(scales, rowFeatures.as1D())) : dy;
          const dBias = runFused(FEATURE_SUMS, { ...index, values: dPre }, { n });
          const grads = [runFused(FEATURE_ROWS, { ...index, values: dPre, rows }, { n }), dBias];
          if (!xIsData) grads.push(runFused(DECODE, { ...index, values: dPre, weights: encoder }));
          // Every row loses the same center, so its gradient needs the features' sums alone.
          if (center) grads.push(tf.neg(tf.matMul(dBias.as2D(1, n), encoder.as2D(n, d))).as1D());
          if (scales) grads.push(tf.div(runFused(FEATURE_SUMS, { ...index, values: tf.mul(dy, values) }, { n }), scales));
          return grads;
        },
      };
    });
    return [offsets, features, tie(...inputs).as1D()] as const;
  });
  return { layout: 'sparse', rows: x.shape[0], n, offsets, features, values };
}

function checkInput({ x, center, weights, bias, scale }: EncodeInput): void {
  const [n, d] = weights.shape;
  const fits = x.shape[1] === d && bias.shape[0] === n && (!center || center.shape[0] === d) && (!scale || scale.shape[0] === n);
  if (fits) return;
  const optional = `${center ? `, center [${center.shape}]` : ''}${scale ? `, scale [${scale.shape}]` : ''}`;
  throw new SextantError('INVALID_INPUT', `encode: x [${x.shape}], weights [${weights.shape}], bias [${bias.shape}]${optional} do not fit`, {
    field: 'x',
    value: x.shape,
  });
}
