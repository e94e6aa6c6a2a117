import { renamed } from '../weights/bindings';
import { decoderNames, rotaryBuffers } from './decoderNames';
import type { Family } from './family';
import { gatedDecoder } from './gatedDecoder';
import { qwenWindows } from './slidingWindow';

/** Qwen 2 and 2.5: Llama with biases on q, k and v only (transformers/models/qwen2). */
export const qwen2: Family = {
  name: 'qwen2',
  modelTypes: ['qwen2'],
  architecture(config) {
    const windows = qwenWindows(config);
    return gatedDecoder(config, {
      family: 'qwen2',
      defaults: { contextLength: 32768, theta: 10000, tied: false },
      attention: (layer) => ({ window: windows[layer]!, qkvBias: true, outBias: false }),
    });
  },
  tensors: (parameters) => renamed(parameters, decoderNames),
  buffers: rotaryBuffers,
  optionalPrefix: 'model.',
};
