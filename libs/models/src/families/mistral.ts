import { renamed } from '../weights/bindings';
import { decoderNames, rotaryBuffers } from './decoderNames';
import type { Family } from './family';
import { gatedDecoder } from './gatedDecoder';

/** Mistral: Llama with a sliding window in every block (transformers/models/mistral). */
export const mistral: Family = {
  name: 'mistral',
  modelTypes: ['mistral'],
  architecture(config) {
    const window = config.has('sliding_window') ? config.size('sliding_window') : null;
    return gatedDecoder(config, { family: 'mistral', defaults: { contextLength: 131072, theta: 10000, tied: false }, attention: () => ({ window }) });
  },
  tensors: (parameters) => renamed(parameters, decoderNames),
  buffers: rotaryBuffers,
  optionalPrefix: 'model.',
};
