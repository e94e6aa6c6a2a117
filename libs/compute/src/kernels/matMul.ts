import * as tf from '@tensorflow/tfjs';
import type { NativeKernel } from '../native/kernel';

/** Batches of either operand as seen from the output's batch: all of them, one for all, or something in between. */
function batchOf(shape: number[], outBatch: number[]): 'each' | 'one' | null {
  const own = shape.slice(0, -2);
  const size = tf.util.sizeFromShape(own);
  if (size === tf.util.sizeFromShape(outBatch)) return 'each';
  return size === 1 ? 'one' : null;
}

const batchMatMul: NativeKernel = {
  kernelName: tf.BatchMatMul,
  run({ inputs, attrs, backend }) {
    const { a, b } = inputs;
    const left = backend.floats(a);
    const right = backend.floats(b);
    if (!a || !b || !left || !right) return null;
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
    const aBatch = batchOf(a.shape, outBatch);
    const bBatch = batchOf(b.shape, outBatch);
    // Both sides broadcast along different axes: rare, and wrong in the inherited kernel, so it is refused there.
    if (!aBatch || !bBatch) throw new Error(`matMul: batches of [${a.shape}] and [${b.shape}] broadcast both ways; tile one first`);
    const batch = tf.util.sizeFromShape(outBatch);
    const out = backend.output([...outBatch, rows, cols]);
    backend.addon.matMul(
      left, right, out.values, batch, rows, depth, cols, transposeA, transposeB,
      aBatch === 'one' && batch > 1, bBatch === 'one' && batch > 1, null, false,
    );
    return out.info;
  },
};

export const matMulKernels: NativeKernel[] = [batchMatMul];
