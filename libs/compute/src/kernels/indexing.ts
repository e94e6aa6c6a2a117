import * as tf from '@tensorflow/tfjs';
import type { NativeKernel } from '../native/kernel';
import { number } from './attributes';
import { outputLike, words } from './layout';

const gather: NativeKernel = {
  kernelName: tf.GatherV2,
  run({ inputs, attrs, backend }) {
    const { x, indices } = inputs;
    const values = words(backend, x);
    const positions = backend.ints(indices);
    if (!x || !indices || !values || !positions || attrs.batchDims) return null;
    const [axis = 0] = tf.util.parseAxisParam(number(attrs, 'axis'), x.shape);
    const outer = tf.util.sizeFromShape(x.shape.slice(0, axis));
    const inner = tf.util.sizeFromShape(x.shape.slice(axis + 1));
    const out = outputLike(backend, values, [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)]);
    backend.addon.gather(values, positions, out.values, outer, x.shape[axis] ?? 0, inner);
    return out.info;
  },
};

const unsortedSegmentSum: NativeKernel = {
  kernelName: tf.UnsortedSegmentSum,
  run({ inputs, attrs, backend }) {
    const { x, segmentIds } = inputs;
    const values = backend.floats(x);
    const ids = backend.ints(segmentIds);
    if (!x || !segmentIds || !values || !ids || x.dtype !== 'float32') return null;
    const rows = number(attrs, 'numSegments');
    const rest = x.shape.slice(segmentIds.shape.length);
    const out = backend.output([rows, ...rest]);
    backend.addon.scatterSum(values, ids, out.values, rows, tf.util.sizeFromShape(rest));
    return out.info;
  },
};

const oneHot: NativeKernel = {
  kernelName: tf.OneHot,
  run({ inputs, attrs, backend }) {
    const { indices } = inputs;
    const positions = backend.ints(indices);
    if (!indices || !positions || attrs.dtype !== 'float32') return null;
    const depth = number(attrs, 'depth');
    const out = backend.output([...indices.shape, depth]);
    out.values.fill(number(attrs, 'offValue'));
    const on = number(attrs, 'onValue');
    positions.forEach((position, row) => {
      if (position >= 0 && position < depth) out.values[row * depth + position] = on;
    });
    return out.info;
  },
};

export const indexingKernels: NativeKernel[] = [gather, unsortedSegmentSum, oneHot];
