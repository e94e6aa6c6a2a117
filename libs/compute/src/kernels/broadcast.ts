import * as tf from '@tensorflow/tfjs';
import type { BroadcastPlan } from '../native/addon';

/**
 * How two shapes spread over their common output: its shape, and the plan native kernels take, in which axes that
 * run on without a gap in both inputs are merged; null where the shapes are equal.
 * @throws Error when the shapes do not broadcast.
 */
export function planBroadcast(a: number[], b: number[]): { shape: number[]; plan: BroadcastPlan } {
  if (tf.util.arraysEqual(a, b)) return { shape: a, plan: null };
  const shape = tf.backend_util.assertAndGetBroadcastShape(a, b);
  const dims: number[] = [];
  const aSteps: number[] = [];
  const bSteps: number[] = [];
  let aStride = 1;
  let bStride = 1;
  // From the last axis to the first; the arrays are built in that order and reversed at the end.
  for (let i = 1; i <= shape.length; i++) {
    const size = shape[shape.length - i] ?? 1;
    const aSize = a[a.length - i] ?? 1;
    const bSize = b[b.length - i] ?? 1;
    const aStep = aSize === 1 ? 0 : aStride;
    const bStep = bSize === 1 ? 0 : bStride;
    aStride *= aSize;
    bStride *= bSize;
    if (size === 1) continue;
    const last = dims.length - 1;
    const inner = dims[last];
    const joins = (step: number, innerStep: number | undefined) => inner !== undefined && step === (innerStep ?? 0) * inner;
    if (inner !== undefined && joins(aStep, aSteps[last]) && joins(bStep, bSteps[last])) {
      dims[last] = inner * size;
    } else {
      dims.push(size);
      aSteps.push(aStep);
      bSteps.push(bStep);
    }
  }
  if (dims.length === 0) return { shape, plan: Int32Array.of(1, 0, 0) };
  return { shape, plan: Int32Array.from([...dims.reverse(), ...aSteps.reverse(), ...bSteps.reverse()]) };
}
