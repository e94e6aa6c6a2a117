import type { Architecture } from '../../architecture';
import type { ParameterSpec } from '../../parameters';
import { renamed } from '../../weights/bindings';
import { paired } from '../../weights/layouts';
import type { GgufArchitecture } from './architecture';
import { decoderConfig } from './decoderConfig';
import { ggufNames } from './names';

/**
 * Llama and Mistral, which llama.cpp both calls `llama`; a window tells them apart. Rows of q and k are stored in rotating
 * pairs (conversion/llama.py, `permute`).
 */
export const llama: GgufArchitecture = {
  name: 'llama',
  config(header) {
    const { keys } = header;
    keys.only('expert_count', 0, 'mixtures of experts are not supported');
    const window = keys.has('attention.sliding_window') && keys.values['attention.sliding_window'] !== 0 ? keys.size('attention.sliding_window') : null;
    const config = decoderConfig(header);
    return window === null ? { model_type: 'llama', ...config } : { model_type: 'mistral', ...config, sliding_window: window };
  },
  tensors: pairedTensors,
  buffers: /^rope_freqs\.weight$/,
};

function pairedTensors(parameters: readonly ParameterSpec[], { blocks: [block] }: Architecture) {
  const rotates = ({ name }: ParameterSpec) => /\.attn\.[qk]\.(weight|bias)$/.test(name);
  const rotating = parameters.filter(rotates);
  const others = parameters.filter((parameter) => !rotates(parameter));
  return [...renamed(others, ggufNames), ...renamed(rotating, ggufNames, paired(block!.attention.headDim))];
}
