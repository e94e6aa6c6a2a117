import * as tf from '@tensorflow/tfjs';
import { SextantError } from '@sextant/schema';
import { number } from '../kernels/attributes';
import { floatInput } from '../native/inputs';
import type { NativeKernel } from '../native/kernel';
import { hasFusedKernel, runFused, savedAt, single } from './fused';

const APPEND = 'SextantAppendColumns';

/**
 * Puts `values` behind the first `filled` columns of `held`, as a key–value cache does for every token. A backend that
 * can write in place does so where the columns behind are free, and otherwise moves to a buffer at least twice as long;
 * any other joins the two. The columns behind the filled ones hold anything, and belong to whoever appends next: `held`
 * must not be read there, and one `held` must not be continued twice.
 * @param held [B, capacity, ...]
 * @param values [B, T, ...]
 * @returns [B, at least filled + T, ...]
 * @throws SextantError INVALID_INPUT when the shapes do not fit.
 */
export function appendColumns<R extends tf.Rank>(held: tf.Tensor<R>, values: tf.Tensor<R>, filled: number): tf.Tensor<R> {
  const [batch, capacity = 0, ...rest] = held.shape;
  const [newBatch, , ...newRest] = values.shape;
  if (batch !== newBatch || !tf.util.arraysEqual(rest, newRest) || !(Number.isInteger(filled) && filled >= 0 && filled <= capacity)) {
    throw new SextantError('INVALID_INPUT', `appendColumns: [${values.shape}] does not fit behind ${filled} columns of [${held.shape}]`, {
      field: 'values',
      value: values.shape,
    });
  }
  if (hasFusedKernel(APPEND)) return runFused(APPEND, { held, values }, { filled });
  return tf.tidy(() => tf.concat([columns(held, 0, filled), values], 1));
}

/** Columns [start, start + count). */
function columns<R extends tf.Rank>(x: tf.Tensor<R>, start: number, count: number): tf.Tensor<R> {
  if (start === 0 && count === x.shape[1]) return x;
  const rest = x.shape.slice(2);
  return tf.slice(x, [0, start, ...rest.map(() => 0)], [-1, count, ...rest.map(() => -1)]);
}

const forward: NativeKernel = {
  kernelName: APPEND,
  run(call) {
    const { backend } = call;
    const { addon } = backend;
    const held = floatInput(call, 'held');
    const added = floatInput(call, 'values');
    const filled = number(call.attrs, 'filled');
    const [batch = 0, capacity = 0, ...rest] = held.info.shape;
    const width = tf.util.sizeFromShape(rest);
    const count = added.info.shape[1] ?? 0;
    const needed = filled + count;
    if (needed <= capacity) {
      addon.place(added.values, held.values, batch, count * width, capacity * width, filled * width);
      return backend.share(held.info, held.info.shape);
    }
    const longer = Math.max(needed, 2 * capacity);
    const out = backend.output([batch, longer, ...rest]);
    addon.place(held.values, out.values, batch, capacity * width, longer * width, 0);
    addon.place(added.values, out.values, batch, count * width, longer * width, filled * width);
    return out.info;
  },
};

tf.registerGradient({
  kernelName: APPEND,
  inputsToSave: ['held', 'values'],
  gradFunc: (dy, saved, attrs) => {
    const gradient = single(dy);
    const held = savedAt(saved, 0);
    const filled = number(attrs, 'filled');
    const free = held.shape.map((size, axis) => (axis === 1 ? size - filled : size));
    return {
      held: () => {
        const kept = columns(gradient, 0, filled);
        return free[1] === 0 ? tf.clone(kept) : tf.concat([kept, tf.zeros(free)], 1);
      },
      values: () => tf.clone(columns(gradient, filled, savedAt(saved, 1).shape[1] ?? 0)),
    };
  },
});

export const appendColumnsKernels: NativeKernel[] = [forward];
