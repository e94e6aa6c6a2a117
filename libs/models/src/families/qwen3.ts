import { renamed } from '../weights/bindings';
import { decoderNames, rotaryBuffers } from './decoderNames';
import type { Family } from './family';
import { gatedDecoder } from './gatedDecoder';
import { qwenWindows } from './slidingWindow';

/** Qwen 3: Llama with RMSNorm on each head's q and k before rotation (transformers/models/qwen3). */
export const qwen3: Family = {
  name: 'qwen3',
  modelTypes: ['qwen3'],
  architecture(config) {
    const windows = qwenWindows(config);
    return gatedDecoder(config, {
      family: 'qwen3',
      defaults: { contextLength: 32768, theta: 10000, tied: false, headDim: 128 },
      attention: (layer, _, norm) => ({ window: windows[layer]!, qkNorm: norm }),
    });
  },
  tensors: (parameters) => renamed(parameters, decoderNames),
  buffers: rotaryBuffers,
  optionalPrefix: 'model.',
};
