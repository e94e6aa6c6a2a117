import { renamed } from '../../weights/bindings';
import type { GgufArchitecture } from './architecture';
import { decoderConfig } from './decoderConfig';
import { ggufNames } from './names';

/** Qwen 2 and 2.5; heads rotate in halves, as Hugging Face stores them. */
export const qwen2: GgufArchitecture = {
  name: 'qwen2',
  config: (header) => ({ model_type: 'qwen2', ...decoderConfig(header) }),
  tensors: (parameters) => renamed(parameters, ggufNames),
  buffers: /^rope_freqs\.weight$/,
};
