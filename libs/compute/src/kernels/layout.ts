import * as tf from '@tensorflow/tfjs';
import type { Words } from '../native/addon';
import type { NativeBackend, Output } from '../native/backend';
import type { NativeKernel } from '../native/kernel';
import { number, numbers } from './attributes';

/** The tensor's array where kernels may move it as 32-bit words. */
export function words(backend: NativeBackend, info: tf.TensorInfo | undefined): Words | null {
  if (!info) return null;
  if (info.dtype === 'float32') return backend.floats(info);
  return info.dtype === 'int32' ? backend.ints(info) : null;
}

export function outputLike(backend: NativeBackend, values: Words, shape: number[]): Output<Words> {
  return values instanceof Float32Array ? backend.output(shape) : backend.intOutput(shape);
}

export function stridesOf(shape: number[]): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis] ?? 1;
  }
  return strides;
}

/** Reads `values` at offset + Σ position·stride into a new tensor of `shape`. `dims` may split `shape` further. */
function strided(backend: NativeBackend, values: Words, shape: number[], dims: number[], strides: number[], offset: number): tf.TensorInfo {
  const mergedDims: number[] = [];
  const mergedStrides: number[] = [];
  for (let axis = dims.length - 1; axis >= 0; axis--) {
    const size = dims[axis] ?? 1;
    const stride = strides[axis] ?? 0;
    if (size === 1) continue;
    const last = mergedDims.length - 1;
    const inner = mergedDims[last];
    if (inner !== undefined && stride === (mergedStrides[last] ?? 0) * inner) {
      mergedDims[last] = inner * size;
    } else {
      mergedDims.push(size);
      mergedStrides.push(stride);
    }
  }
  const out = outputLike(backend, values, shape);
  const plan = mergedDims.length === 0 ? Int32Array.of(1, 1) : Int32Array.from([...mergedDims.reverse(), ...mergedStrides.reverse()]);
  backend.addon.strided(values, out.values, offset, plan);
  return out.info;
}

/** Axes in a new order; null where the tensor holds something else than 32-bit words. */
export function permute(backend: NativeBackend, x: tf.TensorInfo, order: number[]): tf.TensorInfo | null {
  const values = words(backend, x);
  if (!values) return null;
  const shape = order.map((axis) => x.shape[axis] ?? 1);
  // Only axes of size 1 change places: the data stay as they are.
  const long = order.filter((axis) => x.shape[axis] !== 1);
  if (long.every((axis, i) => i === 0 || axis > (long[i - 1] ?? -1))) return backend.share(x, shape);
  const strides = stridesOf(x.shape);
  return strided(backend, values, shape, shape, order.map((axis) => strides[axis] ?? 0), 0);
}

/** Repeated along axes of size 1 to a larger shape. */
export function broadcast(backend: NativeBackend, x: tf.TensorInfo, shape: number[]): tf.TensorInfo {
  const values = words(backend, x);
  if (!values) throw new TypeError(`cannot broadcast a ${x.dtype} tensor`);
  const missing = shape.length - x.shape.length;
  const strides = stridesOf(x.shape);
  const steps = shape.map((_, axis) => (x.shape[axis - missing] ?? 1) === 1 ? 0 : (strides[axis - missing] ?? 0));
  return strided(backend, values, shape, shape, steps, 0);
}

const transpose: NativeKernel = {
  kernelName: tf.Transpose,
  run: ({ inputs, attrs, backend }) => (inputs.x ? permute(backend, inputs.x, numbers(attrs, 'perm')) : null),
};

const slice: NativeKernel = {
  kernelName: tf.Slice,
  run({ inputs, attrs, backend }) {
    const { x } = inputs;
    const values = words(backend, x);
    if (!x || !values) return null;
    const [begin = [], size = []] = tf.slice_util.parseSliceParams(x, numbers(attrs, 'begin'), numbers(attrs, 'size'));
    tf.slice_util.assertParamsValid(x, begin, size);
    if (tf.util.arraysEqual(size, x.shape)) return backend.share(x, x.shape);
    const strides = stridesOf(x.shape);
    const offset = begin.reduce((sum, start, axis) => sum + start * (strides[axis] ?? 0), 0);
    return strided(backend, values, size, size, strides, offset);
  },
};

const tile: NativeKernel = {
  kernelName: tf.Tile,
  run({ inputs, attrs, backend }) {
    const { x } = inputs;
    const values = words(backend, x);
    if (!x || !values) return null;
    const reps = numbers(attrs, 'reps');
    if (reps.every((count) => count === 1)) return backend.share(x, x.shape);
    const strides = stridesOf(x.shape);
    const dims = x.shape.flatMap((size, axis) => [reps[axis] ?? 1, size]);
    const steps = x.shape.flatMap((_, axis) => [0, strides[axis] ?? 0]);
    if (dims.filter((size) => size !== 1).length > 8) return null;
    return strided(backend, values, x.shape.map((size, axis) => size * (reps[axis] ?? 1)), dims, steps, 0);
  },
};

/** Joins tensors of one dtype along an axis; null where one of them cannot travel as words. */
function join(backend: NativeBackend, parts: tf.TensorInfo[], axis: number): tf.TensorInfo | null {
  const [first] = parts;
  if (!first || parts.some((part) => part.dtype !== first.dtype)) return null;
  const sources: Words[] = [];
  for (const part of parts) {
    const values = words(backend, part);
    if (!values) return null;
    sources.push(values);
  }
  const shape = tf.backend_util.computeOutShape(parts.map((part) => part.shape), axis);
  const outer = tf.util.sizeFromShape(first.shape.slice(0, axis));
  const width = tf.util.sizeFromShape(shape.slice(axis));
  const out = first.dtype === 'float32' ? backend.output(shape) : backend.intOutput(shape);
  let at = 0;
  for (const values of sources) {
    const own = outer === 0 ? 0 : values.length / outer;
    backend.addon.place(values, out.values, outer, own, width, at);
    at += own;
  }
  return out.info;
}

const infos = (inputs: tf.NamedTensorInfoMap) => Object.values(inputs).filter((info) => info !== undefined);

const concat: NativeKernel = {
  kernelName: tf.Concat,
  run({ inputs, attrs, backend }) {
    const all = infos(inputs);
    const [axis = 0] = tf.util.parseAxisParam(numbers(attrs, 'axis'), all[0]?.shape ?? []);
    tf.backend_util.assertParamsConsistent(all.map((info) => info.shape), axis);
    const parts = all.filter((info) => tf.util.sizeFromShape(info.shape) > 0);
    const [only] = parts;
    if (!only) return null;
    return parts.length === 1 ? backend.share(only, only.shape) : join(backend, parts, axis);
  },
};

const pack: NativeKernel = {
  kernelName: tf.Pack,
  run({ inputs, attrs, backend }) {
    const axis = number(attrs, 'axis');
    const spread = (info: tf.TensorInfo): tf.TensorInfo => ({
      ...info,
      shape: [...info.shape.slice(0, axis), 1, ...info.shape.slice(axis)],
    });
    return join(backend, infos(inputs).map(spread), axis);
  },
};

/** Pieces of `sizes` along an axis, without the axis where `drop`. */
function split(backend: NativeBackend, x: tf.TensorInfo, axis: number, sizes: number[], drop: boolean): tf.TensorInfo[] | null {
  const values = words(backend, x);
  if (!values) return null;
  const strides = stridesOf(x.shape);
  let at = 0;
  return sizes.map((size) => {
    const dims = x.shape.map((length, i) => (i === axis ? size : length));
    const piece = strided(backend, values, drop ? dims.filter((_, i) => i !== axis) : dims, dims, strides, at * (strides[axis] ?? 0));
    at += size;
    return piece;
  });
}

const splitV: NativeKernel = {
  kernelName: tf.SplitV,
  run({ inputs, attrs, backend }) {
    const { x } = inputs;
    if (!x) return null;
    const [axis = 0] = tf.util.parseAxisParam(number(attrs, 'axis'), x.shape);
    const parts = attrs.numOrSizeSplits;
    if (typeof parts !== 'number' && !Array.isArray(parts)) return null;
    const sizes = tf.backend_util.prepareSplitSize({ shape: x.shape, dataId: x.dataId, dtype: x.dtype }, numbersOrNumber(parts), axis);
    return split(backend, x, axis, sizes, false);
  },
};

const unpack: NativeKernel = {
  kernelName: tf.Unpack,
  run({ inputs, attrs, backend }) {
    const { value } = inputs;
    if (!value) return null;
    const [axis = 0] = tf.util.parseAxisParam(number(attrs, 'axis'), value.shape);
    return split(backend, value, axis, new Array<number>(value.shape[axis] ?? 0).fill(1), true);
  },
};

const pad: NativeKernel = {
  kernelName: tf.PadV2,
  run({ inputs, attrs, backend }) {
    const { x } = inputs;
    const values = backend.floats(x);
    const paddings = attrs.paddings;
    if (!x || !values || x.dtype !== 'float32' || !Array.isArray(paddings)) return null;
    const sides = paddings.map((pair) => numbersOrNumber(pair));
    const padded = sides.flatMap((pair, axis) => (Array.isArray(pair) && pair.some((count) => count > 0) ? [axis] : []));
    // One padded axis, as in the gradient of a slice; more are rare.
    const [axis] = padded;
    const pair = axis === undefined ? undefined : sides[axis];
    if (padded.length !== 1 || axis === undefined || !Array.isArray(pair)) return null;
    const [before = 0, after = 0] = pair;
    const shape = x.shape.map((size, i) => (i === axis ? size + before + after : size));
    const out = backend.output(shape);
    out.values.fill(number(attrs, 'constantValue'));
    const outer = tf.util.sizeFromShape(x.shape.slice(0, axis));
    const stride = tf.util.sizeFromShape(x.shape.slice(axis + 1));
    if (outer > 0) backend.addon.place(values, out.values, outer, values.length / outer, (shape[axis] ?? 0) * stride, before * stride);
    return out.info;
  },
};

function numbersOrNumber(value: unknown): number[] | number {
  if (typeof value === 'number') return value;
  if (Array.isArray(value) && value.every((item) => typeof item === 'number')) return value;
  throw new TypeError(`expected numbers, found ${JSON.stringify(value)}`);
}

/** Handles on the same data: no copy. */
const sharing = (kernelName: string, shapeOf: (x: tf.TensorInfo, attrs: tf.NamedAttrMap) => number[], input = 'x'): NativeKernel => ({
  kernelName,
  run({ inputs, attrs, backend }) {
    const info = inputs[input];
    if (!info || info.dtype === 'complex64') return null;
    return backend.share(info, shapeOf(info, attrs));
  },
});

const identity = sharing(tf.Identity, (x) => x.shape);

const reshape = sharing(tf.Reshape, (x, attrs) => {
  const size = tf.util.sizeFromShape(x.shape);
  const shape = tf.util.inferFromImplicitShape(numbers(attrs, 'shape'), size);
  if (tf.util.sizeFromShape(shape) !== size) throw new Error(`reshape: [${x.shape}] has ${size} elements and does not fit [${shape}]`);
  return shape;
});

const expandDims = sharing(
  tf.ExpandDims,
  (x, attrs) => {
    const dim = number(attrs, 'dim');
    const at = dim < 0 ? x.shape.length + dim + 1 : dim;
    return [...x.shape.slice(0, at), 1, ...x.shape.slice(at)];
  },
  'input',
);

export const layoutKernels: NativeKernel[] = [transpose, slice, tile, concat, pack, splitV, unpack, pad, identity, reshape, expandDims];
