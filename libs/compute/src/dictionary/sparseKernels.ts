import * as tf from '@tensorflow/tfjs';
import { floatInput, intInput } from '../native/inputs';
import type { KernelCall, NativeKernel } from '../native/kernel';
import { number, numbers } from '../kernels/attributes';
import { runFused, savedAt, single } from '../ops/fused';

/*
 * Kernels on sparse codes (inputs offsets, features, values) that only the native backend has; see
 * native/src/dictionaryCodes.cc. The gradients touch active entries alone.
 */
export const DECODE = 'SextantDictionaryDecode';
export const ENTRY_DOTS = 'SextantDictionaryEntryDots';
export const FEATURE_ROWS = 'SextantDictionaryFeatureRows';
export const FEATURE_SUMS = 'SextantDictionaryFeatureSums';
export const FEATURE_COUNTS = 'SextantDictionaryFeatureCounts';
export const TO_DENSE = 'SextantDictionaryToDense';
export const COLUMNS = 'SextantDictionaryColumns';

function indexOf(call: KernelCall): { offsets: Int32Array; features: Int32Array; rows: number } {
  const offsets = intInput(call, 'offsets').values;
  return { offsets, features: intInput(call, 'features').values, rows: offsets.length - 1 };
}

const decode: NativeKernel = {
  kernelName: DECODE,
  run(call) {
    const { offsets, features, rows } = indexOf(call);
    const weights = floatInput(call, 'weights');
    const [n = 0, d = 0] = weights.info.shape;
    const bias = call.inputs.bias ? floatInput(call, 'bias').values : null;
    const out = call.backend.output([rows, d]);
    call.backend.addon.dictionaryDecode(offsets, features, floatInput(call, 'values').values, weights.values, bias, out.values, rows, n, d);
    return out.info;
  },
};

tf.registerGradient({
  kernelName: DECODE,
  inputsToSave: ['offsets', 'features', 'values', 'weights'],
  gradFunc: (dy, saved) => {
    const [offsets, features, values, weights] = [0, 1, 2, 3].map((i) => savedAt(saved, i));
    if (!offsets || !features || !values || !weights) throw new TypeError('decode saved too few tensors');
    const rows = single(dy);
    return {
      values: () => runFused(ENTRY_DOTS, { offsets, features, rows, weights }),
      weights: () => runFused(FEATURE_ROWS, { offsets, features, values, rows }, { n: weights.shape[0] ?? 0 }),
      bias: () => tf.sum(rows, 0),
    };
  },
});

const entryDots: NativeKernel = {
  kernelName: ENTRY_DOTS,
  run(call) {
    const { offsets, features, rows } = indexOf(call);
    const weights = floatInput(call, 'weights');
    const [n = 0, d = 0] = weights.info.shape;
    const out = call.backend.output([features.length]);
    call.backend.addon.dictionaryEntryDots(offsets, features, floatInput(call, 'rows').values, weights.values, out.values, rows, n, d);
    return out.info;
  },
};

const featureRows: NativeKernel = {
  kernelName: FEATURE_ROWS,
  run(call) {
    const { offsets, features, rows } = indexOf(call);
    const x = floatInput(call, 'rows');
    const n = number(call.attrs, 'n');
    const d = x.info.shape[1] ?? 0;
    const out = call.backend.output([n, d]);
    call.backend.addon.dictionaryFeatureRows(offsets, features, floatInput(call, 'values').values, x.values, out.values, rows, n, d);
    return out.info;
  },
};

const featureSums: NativeKernel = {
  kernelName: FEATURE_SUMS,
  run(call) {
    const { offsets, features, rows } = indexOf(call);
    const n = number(call.attrs, 'n');
    const out = call.backend.output([n]);
    call.backend.addon.dictionaryFeatureSums(offsets, features, floatInput(call, 'values').values, out.values, rows, n);
    return out.info;
  },
};

tf.registerGradient({
  kernelName: FEATURE_SUMS,
  inputsToSave: ['features'],
  gradFunc: (dy, saved) => ({ values: () => tf.gather(single(dy), savedAt(saved, 0).as1D()) }),
});

const featureCounts: NativeKernel = {
  kernelName: FEATURE_COUNTS,
  run(call) {
    const { features } = indexOf(call);
    const { values } = floatInput(call, 'values');
    const out = call.backend.output([number(call.attrs, 'n')]);
    out.values.fill(0);
    for (let i = 0; i < features.length; i++) if (values[i] !== 0) out.values[features[i]!]! += 1;
    return out.info;
  },
};

const toDense: NativeKernel = {
  kernelName: TO_DENSE,
  run(call) {
    const { offsets, features, rows } = indexOf(call);
    const { values } = floatInput(call, 'values');
    const n = number(call.attrs, 'n');
    const out = call.backend.output([rows, n]);
    out.values.fill(0);
    for (let r = 0; r < rows; r++) {
      for (let i = offsets[r]!; i < offsets[r + 1]!; i++) out.values[r * n + features[i]!] = values[i]!;
    }
    return out.info;
  },
};

tf.registerGradient({
  kernelName: TO_DENSE,
  inputsToSave: ['offsets', 'features'],
  gradFunc: (dy, saved, attrs) => ({
    values: () => {
      const n = number(attrs, 'n');
      return gatherEntries(single(dy), savedAt(saved, 0), savedAt(saved, 1), (feature) => feature, n);
    },
  }),
});

/** [rows, columns.length]: the values of a few features. */
const columns: NativeKernel = {
  kernelName: COLUMNS,
  run(call) {
    const { offsets, features, rows } = indexOf(call);
    const { values } = floatInput(call, 'values');
    const wanted = placesOf(call.attrs);
    const width = numbers(call.attrs, 'columns').length;
    const out = call.backend.output([rows, width]);
    out.values.fill(0);
    for (let r = 0; r < rows; r++) {
      for (let i = offsets[r]!; i < offsets[r + 1]!; i++) {
        const column = wanted.get(features[i]!);
        if (column !== undefined) out.values[r * width + column] = values[i]!;
      }
    }
    return out.info;
  },
};

tf.registerGradient({
  kernelName: COLUMNS,
  inputsToSave: ['offsets', 'features'],
  gradFunc: (dy, saved, attrs) => ({
    values: () => {
      const wanted = placesOf(attrs);
      const width = numbers(attrs, 'columns').length;
      return gatherEntries(single(dy), savedAt(saved, 0), savedAt(saved, 1), (feature) => wanted.get(feature), width);
    },
  }),
});

function placesOf(attrs: tf.NamedAttrMap): Map<number, number> {
  return new Map(numbers(attrs, 'columns').map((feature, column) => [feature, column]));
}

/** For each entry, the element of `matrix` [rows, width] in its row and the column of its feature; 0 without one. */
function gatherEntries(
  matrix: tf.Tensor,
  offsets: tf.Tensor,
  features: tf.Tensor,
  columnOf: (feature: number) => number | undefined,
  width: number,
): tf.Tensor {
  const [rowOffsets, entryFeatures, source] = [offsets.dataSync(), features.dataSync(), matrix.dataSync()];
  const out = new Float32Array(entryFeatures.length);
  for (let r = 0; r + 1 < rowOffsets.length; r++) {
    for (let i = rowOffsets[r]!; i < rowOffsets[r + 1]!; i++) {
      const column = columnOf(entryFeatures[i]!);
      if (column !== undefined) out[i] = source[r * width + column]!;
    }
  }
  return tf.tensor1d(out);
}

export const dictionaryCodeKernels: NativeKernel[] = [decode, entryDots, featureRows, featureSums, featureCounts, toDense, columns];
