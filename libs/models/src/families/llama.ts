import { renamed } from '../weights/bindings';
import { decoderNames, rotaryBuffers } from './decoderNames';
import type { Family } from './family';
import { gatedDecoder } from './gatedDecoder';

/** Llama 1 to 3 and what is built like it: SmolLM, TinyLlama, the stories models (transformers/models/llama). */
export const llama: Family = {
  name: 'llama',
  modelTypes: ['llama'],
  architecture: (config) => gatedDecoder(config, { family: 'llama', defaults: { contextLength: 2048, theta: 10000, tied: false } }),
  tensors: (parameters) => renamed(parameters, decoderNames),
  buffers: rotaryBuffers,
  optionalPrefix: 'model.',
};
