import { renamed } from '../../weights/bindings';
import type { GgufArchitecture } from './architecture';
import { decoderConfig } from './decoderConfig';
import { ggufNames } from './names';

/** Qwen 3; heads rotate in halves, as Hugging Face stores them. */
export const qwen3: GgufArchitecture = {
  name: 'qwen3',
  config: (header) => ({ model_type: 'qwen3', ...decoderConfig(header) }),
  tensors: (parameters) => renamed(parameters, ggufNames),
  buffers: /^rope_freqs\.weight$/,
};
