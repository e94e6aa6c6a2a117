import * as tf from '@tensorflow/tfjs';
import type { BroadcastPlan, NativeAddon, Words } from '../native/addon';
import type { KernelCall, NativeKernel } from '../native/kernel';
import { planBroadcast } from './broadcast';

type Arithmetic = (a: Words, b: Words, out: Words, plan: BroadcastPlan) => void;
type Comparison = (a: Words, b: Words, out: Uint8Array, plan: BroadcastPlan) => void;

function operands({ inputs, backend }: KernelCall) {
  const { a, b } = inputs;
  if (!a || !b) return null;
  // A bool or a mixed pair is rare and left to the inherited kernels.
  if (a.dtype === 'float32' && b.dtype === 'float32') {
    const left = backend.floats(a);
    const right = backend.floats(b);
    return left && right ? { left, right, ...planBroadcast(a.shape, b.shape) } : null;
  }
  if (a.dtype === 'int32' && b.dtype === 'int32') {
    const left = backend.ints(a);
    const right = backend.ints(b);
    return left && right ? { left, right, ...planBroadcast(a.shape, b.shape) } : null;
  }
  return null;
}

const arithmetic = (kernelName: string, pick: (addon: NativeAddon) => Arithmetic, ints = true): NativeKernel => ({
  kernelName,
  run(call) {
    const found = operands(call);
    if (!found) return null;
    const isInt = found.left instanceof Int32Array;
    if (isInt && !ints) return null;
    const out = isInt ? call.backend.intOutput(found.shape) : call.backend.output(found.shape);
    pick(call.backend.addon)(found.left, found.right, out.values, found.plan);
    return out.info;
  },
});

const comparison = (kernelName: string, pick: (addon: NativeAddon) => Comparison): NativeKernel => ({
  kernelName,
  run(call) {
    const found = operands(call);
    if (!found) return null;
    const out = call.backend.boolOutput(found.shape);
    pick(call.backend.addon)(found.left, found.right, out.values, found.plan);
    return out.info;
  },
});

export const binaryKernels: NativeKernel[] = [
  arithmetic(tf.Add, (addon) => addon.add),
  arithmetic(tf.Sub, (addon) => addon.subtract),
  arithmetic(tf.Multiply, (addon) => addon.multiply),
  arithmetic(tf.RealDiv, (addon) => addon.divide, false),
  arithmetic(tf.Maximum, (addon) => addon.maximum),
  arithmetic(tf.Minimum, (addon) => addon.minimum),
  arithmetic(tf.SquaredDifference, (addon) => addon.squaredDifference),
  comparison(tf.Greater, (addon) => addon.greater),
  comparison(tf.GreaterEqual, (addon) => addon.greaterEqual),
  comparison(tf.Less, (addon) => addon.less),
  comparison(tf.LessEqual, (addon) => addon.lessEqual),
  comparison(tf.Equal, (addon) => addon.equal),
  comparison(tf.NotEqual, (addon) => addon.notEqual),
];
