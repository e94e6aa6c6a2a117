import * as tf from '@tensorflow/tfjs';
import { floatInput } from '../native/inputs';
import type { NativeKernel } from '../native/kernel';
import { hasFusedKernel, runFused, savedAt, single } from '../ops/fused';

const ROW_NORMS = 'SextantDictionaryRowNorms';
const SCALE_ROWS = 'SextantDictionaryScaleRows';

/** Euclidean length of each row, [n]. A row of zeros has no direction: its gradient is zero. */
export function rowNorms(matrix: tf.Tensor2D): tf.Tensor1D {
  if (hasFusedKernel(ROW_NORMS)) return runFused<tf.Tensor1D>(ROW_NORMS, { matrix });
  return tf.tidy(() => tf.sqrt(tf.maximum(tf.sum(tf.square(matrix), 1), 1e-30)).as1D());
}

/** Each row times its own factor; factors [n]. */
export function scaleRows(matrix: tf.Tensor2D, factors: tf.Tensor1D): tf.Tensor2D {
  if (hasFusedKernel(SCALE_ROWS)) return runFused<tf.Tensor2D>(SCALE_ROWS, { matrix, factors });
  return tf.tidy(() => tf.mul(matrix, tf.expandDims(factors, 1)).as2D(...matrix.shape));
}

const norms: NativeKernel = {
  kernelName: ROW_NORMS,
  run(call) {
    const matrix = floatInput(call, 'matrix');
    const [rows = 0, d = 0] = matrix.info.shape;
    const out = call.backend.output([rows]);
    call.backend.addon.dictionaryRowNorms(matrix.values, out.values, rows, d);
    return out.info;
  },
};

tf.registerGradient({
  kernelName: ROW_NORMS,
  inputsToSave: ['matrix'],
  outputsToSave: [true],
  gradFunc: (dy, saved) => ({
    matrix: () => runFused(SCALE_ROWS, { matrix: savedAt(saved, 0), factors: tf.div(single(dy), tf.maximum(savedAt(saved, 1), 1e-15)) }),
  }),
});

const scale: NativeKernel = {
  kernelName: SCALE_ROWS,
  run(call) {
    const matrix = floatInput(call, 'matrix');
    const [rows = 0, d = 0] = matrix.info.shape;
    const out = call.backend.output([rows, d]);
    call.backend.addon.dictionaryScaleRows(matrix.values, floatInput(call, 'factors').values, out.values, rows, d);
    return out.info;
  },
};

tf.registerGradient({
  kernelName: SCALE_ROWS,
  inputsToSave: ['matrix', 'factors'],
  gradFunc: (dy, saved) => {
    const [matrix, factors] = [savedAt(saved, 0), savedAt(saved, 1)];
    return {
      matrix: () => runFused(SCALE_ROWS, { matrix: single(dy), factors }),
      factors: () => tf.sum(tf.mul(single(dy), matrix), 1),
    };
  },
});

export const dictionaryRowKernels: NativeKernel[] = [norms, scale];
