import * as tf from '@tensorflow/tfjs';
import type { KernelCall, NativeKernel } from '../native/kernel';
import { numbers } from './attributes';
import { permute } from './layout';

interface Blocks {
  values: Float32Array;
  outer: number;
  count: number;
  inner: number;
  shape: number[];
  release(): void;
}

/** The input as [outer, count, inner] with the reduced axes in the middle, transposed first where they are apart. */
function blocks({ inputs, attrs, backend }: KernelCall, axisName: string): Blocks | null {
  const { x } = inputs;
  if (!x || x.dtype !== 'float32' || !backend.floats(x)) return null;
  const given = attrs[axisName];
  const axes = given === undefined || given === null ? x.shape.map((_, axis) => axis) : tf.util.parseAxisParam(numbers(attrs, axisName), x.shape);
  axes.sort((i, j) => i - j);
  const reduced = new Set(axes);
  const keepDims = Boolean(attrs.keepDims);
  const shape = x.shape.flatMap((size, axis) => (reduced.has(axis) ? (keepDims ? [1] : []) : [size]));
  const first = axes[0] ?? 0;
  const together = axes.every((axis, i) => axis === first + i);
  const count = axes.reduce((product, axis) => product * (x.shape[axis] ?? 1), 1);
  if (together) {
    const values = backend.floats(x);
    if (!values) return null;
    const outer = tf.util.sizeFromShape(x.shape.slice(0, first));
    const inner = tf.util.sizeFromShape(x.shape.slice(first + axes.length));
    return { values, outer, count, inner, shape, release: () => undefined };
  }
  const order = [...x.shape.keys()].filter((axis) => !reduced.has(axis)).concat(axes);
  const moved = permute(backend, x, order);
  const values = moved && backend.floats(moved);
  if (!moved || !values) return null;
  return {
    values,
    outer: values.length / Math.max(1, count),
    count,
    inner: 1,
    shape,
    release: () => backend.disposeIntermediateTensorInfo(moved),
  };
}

const sumKernel = (kernelName: string, scaleOf: (count: number) => number): NativeKernel => ({
  kernelName,
  run(call) {
    const found = blocks(call, 'axis');
    if (!found) return null;
    const out = call.backend.output(found.shape);
    call.backend.addon.sum(found.values, out.values, found.outer, found.count, found.inner, scaleOf(found.count));
    found.release();
    return out.info;
  },
});

const extremeKernel = (kernelName: string, name: 'max' | 'min', axisName: string): NativeKernel => ({
  kernelName,
  run(call) {
    const found = blocks(call, axisName);
    if (!found || found.count === 0) return null;
    const out = call.backend.output(found.shape);
    call.backend.addon[name](found.values, out.values, found.outer, found.count, found.inner);
    found.release();
    return out.info;
  },
});

const argumentKernel = (kernelName: string, name: 'argMax' | 'argMin'): NativeKernel => ({
  kernelName,
  run(call) {
    const found = blocks(call, 'axis');
    if (!found || found.count === 0) return null;
    const out = call.backend.intOutput(found.shape);
    call.backend.addon[name](found.values, out.values, found.outer, found.count, found.inner);
    found.release();
    return out.info;
  },
});

const softmax: NativeKernel = {
  kernelName: tf.Softmax,
  run({ inputs, backend }) {
    const { logits } = inputs;
    const values = backend.floats(logits);
    if (!logits || !values || logits.dtype !== 'float32') return null;
    const count = logits.shape[logits.shape.length - 1] ?? 1;
    if (count === 0) return null;
    const out = backend.output(logits.shape);
    backend.addon.softmax(values, out.values, values.length / count, count);
    return out.info;
  },
};

export const reduceKernels: NativeKernel[] = [
  sumKernel(tf.Sum, () => 1),
  sumKernel(tf.Mean, (count) => 1 / count),
  extremeKernel(tf.Max, 'max', 'reductionIndices'),
  extremeKernel(tf.Min, 'min', 'axis'),
  argumentKernel(tf.ArgMax, 'argMax'),
  argumentKernel(tf.ArgMin, 'argMin'),
  softmax,
];
