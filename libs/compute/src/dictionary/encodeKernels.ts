import type * as tf from '@tensorflow/tfjs';
import { SextantError } from '@sextant/schema';
import { number } from '../kernels/attributes';
import { floatInput, intInput } from '../native/inputs';
import type { KernelCall, NativeKernel } from '../native/kernel';

/* native/src/dictionaryEncode.cc; outputs values, offsets, features. */
export const ENCODE_TOPK = 'SextantDictionaryEncodeTopK';
export const ENCODE_THRESHOLD = 'SextantDictionaryEncodeThreshold';

type Operands = [Float32Array, Float32Array, Float32Array, Float32Array | null, Int32Array | null, number, number, number];

function operands(call: KernelCall): Operands {
  const x = floatInput(call, 'x');
  const weights = floatInput(call, 'weights');
  const [rows = 0] = x.info.shape;
  const [n = 0, d = 0] = weights.info.shape;
  const scale = call.inputs.scale ? floatInput(call, 'scale').values : null;
  const subset = call.inputs.subset ? intInput(call, 'subset').values : null;
  return [x.values, weights.values, floatInput(call, 'bias').values, scale, subset, rows, d, n];
}

const faultKinds = ['', 'row', 'feature'] as const;

/** The kernel keeps its result until it is taken, because only then its size is known. */
function take(call: KernelCall, entries: number, rows: number, fault: Int32Array): tf.TensorInfo[] {
  const kind = faultKinds[fault[0] ?? 0];
  if (kind) {
    const where = kind === 'row' ? `row ${fault[1]} of the activations` : `feature ${fault[1]} of the encoder`;
    throw new SextantError('INVALID_INPUT', `${where} holds NaN or infinity; a dictionary cannot encode it`, { field: kind, value: fault[1] });
  }
  const values = call.backend.output([entries]);
  const offsets = call.backend.intOutput([rows + 1]);
  const features = call.backend.intOutput([entries]);
  call.backend.addon.dictionaryTakeCodes(offsets.values, features.values, values.values);
  return [values.info, offsets.info, features.info];
}

const encodeTopK: NativeKernel = {
  kernelName: ENCODE_TOPK,
  run(call) {
    const input = operands(call);
    const fault = new Int32Array(2);
    const entries = call.backend.addon.dictionaryEncodeTopK(...input, number(call.attrs, 'k'), call.attrs.positive === true, fault);
    return take(call, entries, input[5], fault);
  },
};

const encodeThreshold: NativeKernel = {
  kernelName: ENCODE_THRESHOLD,
  run(call) {
    const input = operands(call);
    const fault = new Int32Array(2);
    const threshold = call.inputs.threshold ? floatInput(call, 'threshold').values : null;
    const entries = call.backend.addon.dictionaryEncodeThreshold(...input, threshold, fault);
    return take(call, entries, input[5], fault);
  },
};

export const dictionaryEncodeKernels: NativeKernel[] = [encodeTopK, encodeThreshold];
