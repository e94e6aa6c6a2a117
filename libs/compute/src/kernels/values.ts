import * as tf from '@tensorflow/tfjs';
import type { NativeKernel } from '../native/kernel';
import { number, numbers } from './attributes';

const cast: NativeKernel = {
  kernelName: tf.Cast,
  run({ inputs, attrs, backend }) {
    const { x } = inputs;
    if (!x) return null;
    if (attrs.dtype === x.dtype) return backend.share(x, x.shape);
    const source = backend.ints(x) ?? backend.bytes(x);
    if (attrs.dtype !== 'float32' || !source) return null;
    const out = backend.output(x.shape);
    backend.addon.toFloats(source, out.values);
    return out.info;
  },
};

const select: NativeKernel = {
  kernelName: tf.Select,
  run({ inputs, backend }) {
    const { condition, t, e } = inputs;
    const chosen = backend.bytes(condition);
    const left = backend.floats(t);
    const right = backend.floats(e);
    if (!condition || !t || !chosen || !left || !right || chosen.length !== left.length || left.length !== right.length) return null;
    const out = backend.output(t.shape);
    backend.addon.select(chosen, left, right, out.values);
    return out.info;
  },
};

const constant = (kernelName: string, value: number): NativeKernel => ({
  kernelName,
  run({ inputs, backend }) {
    const { x } = inputs;
    if (!x || x.dtype !== 'float32') return null;
    const out = backend.output(x.shape);
    out.values.fill(value);
    return out.info;
  },
});

const fill: NativeKernel = {
  kernelName: tf.Fill,
  run({ attrs, backend }) {
    if (attrs.dtype && attrs.dtype !== 'float32') return null;
    const out = backend.output(numbers(attrs, 'shape'));
    out.values.fill(number(attrs, 'value'));
    return out.info;
  },
};

export const valueKernels: NativeKernel[] = [cast, select, constant(tf.ZerosLike, 0), constant(tf.OnesLike, 1), fill];
