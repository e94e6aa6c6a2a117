import * as tf from '@tensorflow/tfjs';
import { intInput, floatInput } from '../native/inputs';
import type { NativeKernel } from '../native/kernel';
import { hasFusedKernel, runFused, savedAt, single } from './fused';

const EMBEDDING = 'SextantEmbedding';

/**
 * Rows of a table. The gradient adds the output gradients of equal ids in the order of the tokens.
 * @param ids int32 [...]
 * @param table [V, d]
 * @returns [..., d]
 * @throws TypeError for an id outside the table (native backend).
 */
export function embedding(ids: tf.Tensor, table: tf.Tensor2D): tf.Tensor {
  if (hasFusedKernel(EMBEDDING)) return runFused(EMBEDDING, { ids, table });
  return composite(ids, table);
}

function composite(ids: tf.Tensor, table: tf.Tensor2D): tf.Tensor {
  const [rows, width] = table.shape;
  const lookUp = tf.customGrad((...args) => {
    const [weights, save] = args;
    if (!(weights instanceof tf.Tensor) || typeof save !== 'function') throw new TypeError('embedding takes a table');
    const flat = ids.flatten();
    save([flat]);
    return {
      value: tf.gather(weights, flat),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => tf.unsortedSegmentSum(dy, savedAt(saved, 0).as1D(), rows),
    };
  });
  return tf.tidy(() => tf.reshape(lookUp(table), [...ids.shape, width]));
}

const forward: NativeKernel = {
  kernelName: EMBEDDING,
  run(call) {
    const ids = intInput(call, 'ids');
    const table = floatInput(call, 'table');
    const [rows = 0, width = 0] = table.info.shape;
    const out = call.backend.output([...ids.info.shape, width]);
    call.backend.addon.gather(table.values, ids.values, out.values, 1, rows, width);
    return out.info;
  },
};

tf.registerGradient({
  kernelName: EMBEDDING,
  inputsToSave: ['ids', 'table'],
  gradFunc: (dy, saved) => {
    const ids = savedAt(saved, 0);
    const [rows = 0, width = 0] = savedAt(saved, 1).shape;
    return { table: () => tf.unsortedSegmentSum(tf.reshape(single(dy), [-1, width]), ids.flatten().as1D(), rows) };
  },
});

export const embeddingKernels: NativeKernel[] = [forward];
