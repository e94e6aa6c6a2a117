import * as tf from '@tensorflow/tfjs';
import type { NativeAddon } from '../native/addon';
import type { KernelCall, NativeKernel } from '../native/kernel';

type Write = (addon: NativeAddon, x: Float32Array, out: Float32Array, attrs: tf.NamedAttrMap) => void;

const unary = (kernelName: string, write: Write): NativeKernel => ({
  kernelName,
  run({ inputs, attrs, backend }: KernelCall) {
    const { x } = inputs;
    const values = backend.floats(x);
    if (!x || !values || x.dtype !== 'float32') return null;
    const out = backend.output(x.shape);
    write(backend.addon, values, out.values, attrs);
    return out.info;
  },
});

export const unaryKernels: NativeKernel[] = [
  unary(tf.Exp, (addon, x, out) => addon.exp(x, out)),
  unary(tf.Sigmoid, (addon, x, out) => addon.sigmoid(x, out)),
  unary(tf.Tanh, (addon, x, out) => addon.tanh(x, out)),
  unary(tf.Erf, (addon, x, out) => addon.erf(x, out)),
  unary(tf.Neg, (addon, x, out) => addon.negate(x, out)),
  unary(tf.Abs, (addon, x, out) => addon.absolute(x, out)),
  unary(tf.Square, (addon, x, out) => addon.square(x, out)),
  unary(tf.Sqrt, (addon, x, out) => addon.sqrt(x, out)),
  unary(tf.Rsqrt, (addon, x, out) => addon.rsqrt(x, out)),
  unary(tf.Reciprocal, (addon, x, out) => addon.reciprocal(x, out)),
  unary(tf.Log, (addon, x, out) => addon.log(x, out)),
  unary(tf.Log1p, (addon, x, out) => addon.log1p(x, out)),
  unary(tf.Sin, (addon, x, out) => addon.sin(x, out)),
  unary(tf.Cos, (addon, x, out) => addon.cos(x, out)),
  unary(tf.Sign, (addon, x, out) => addon.sign(x, out)),
  unary(tf.Relu, (addon, x, out) => addon.relu(x, out)),
  unary(tf.Step, (addon, x, out, attrs) => addon.step(x, out, Number(attrs.alpha ?? 0))),
  unary(tf.ClipByValue, (addon, x, out, attrs) => addon.clip(x, out, Number(attrs.clipValueMin), Number(attrs.clipValueMax))),
];
