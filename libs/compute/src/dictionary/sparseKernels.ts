import * as tf from '@tensorflow/tfjs';
import { floatInput, intInput } from '../native/inputs';
import type { KernelCall, NativeKernel } from '../native/kernel';
import { number } from '../kernels/attributes';
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
      const offsets = savedAt(saved, 0).dataSync();
      const features = savedAt(saved, 1).dataSync();
      const at = new Int32Array(features.length);
      for (let r = 0; r + 1 < offsets.length; r++) {
        for (let i = offsets[r]!; i < offsets[r + 1]!; i++) at[i] = r * n + features[i]!;
      }
      return tf.gather(single(dy).flatten(), tf.tensor1d(at, 'int32'));
    },
  }),
});

export const dictionaryCodeKernels: NativeKernel[] = [decode, entryDots, featureRows, featureSums, featureCounts, toDense];
