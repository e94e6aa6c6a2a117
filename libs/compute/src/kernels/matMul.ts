import * as tf from '@tensorflow/tfjs';
import type { NativeBackend } from '../native/backend';
import type { NativeKernel } from '../native/kernel';
import { broadcast } from './layout';

/** The operand with its batch spread out over the output's; itself where it is one matrix or already that batch. */
function spread(backend: NativeBackend, info: tf.TensorInfo, outBatch: number[]): { info: tf.TensorInfo; repeats: boolean; made: boolean } {
  const matrix = info.shape.slice(-2);
  const size = tf.util.sizeFromShape(info.shape.slice(0, -2));
  const wanted = tf.util.sizeFromShape(outBatch);
  if (size === wanted) return { info, repeats: false, made: false };
  if (size === 1) return { info, repeats: true, made: false };
  const whole = broadcast(backend, info, [...outBatch, ...matrix]);
  return { info: whole, repeats: false, made: true };
}

const batchMatMul: NativeKernel = {
  kernelName: tf.BatchMatMul,
  run({ inputs, attrs, backend }) {
    const { a, b } = inputs;
    if (!a || !b || !backend.floats(a) || !backend.floats(b)) return null;
    const transposeA = Boolean(attrs.transposeA);
    const transposeB = Boolean(attrs.transposeB);
    const [aRows = 0, aCols = 0] = a.shape.slice(-2);
    const [bRows = 0, bCols = 0] = b.shape.slice(-2);
    const [rows, depth] = transposeA ? [aCols, aRows] : [aRows, aCols];
    const [bDepth, cols] = transposeB ? [bCols, bRows] : [bRows, bCols];
    if (depth !== bDepth) {
      throw new Error(`matMul: inner dimensions ${depth} and ${bDepth} of shapes [${a.shape}] and [${b.shape}] differ`);
    }
    const outBatch = tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
    const batch = tf.util.sizeFromShape(outBatch);
    const operands = [spread(backend, a, outBatch), spread(backend, b, outBatch)] as const;
    const [left, right] = [backend.floats(operands[0].info), backend.floats(operands[1].info)];
    if (!left || !right) return null;
    const out = backend.output([...outBatch, rows, cols]);
    backend.addon.matMul(
      left, right, out.values, batch, rows, depth, cols, transposeA, transposeB,
      operands[0].repeats, operands[1].repeats, null, false,
    );
    for (const { info, made } of operands) if (made) backend.disposeIntermediateTensorInfo(info);
    return out.info;
  },
};

export const matMulKernels: NativeKernel[] = [batchMatMul];
