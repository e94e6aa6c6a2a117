import type { GgufArchitecture } from './architecture';
import { ropeConfig } from './decoderConfig';
import { fusedTensors } from './names';

/** GPT-NeoX and Pythia. llama.cpp regroups q, k and v from head by head to one under the other; heads rotate in halves. */
export const gptNeox: GgufArchitecture = {
  name: 'gptneox',
  config(header) {
    const { keys } = header;
    const [width, heads] = [keys.size('embedding_length'), keys.size('attention.head_count')];
    const { rope_theta, rope_scaling } = ropeConfig(header);
    return {
      model_type: 'gpt_neox',
      hidden_size: width,
      num_attention_heads: heads,
      num_hidden_layers: keys.layers('block_count'),
      intermediate_size: keys.size('feed_forward_length'),
      max_position_embeddings: keys.size('context_length'),
      layer_norm_eps: keys.positive('attention.layer_norm_epsilon'),
      use_parallel_residual: keys.flag('use_parallel_residual', true),
      hidden_act: 'gelu',
      rotary_emb_base: rope_theta,
      rotary_pct: keys.size('rope.dimension_count') / Math.floor(width / heads),
      rope_scaling,
      vocab_size: header.vocabSize(),
      tie_word_embeddings: !header.has('output.weight'),
      ...header.specialIds(),
    };
  },
  tensors: fusedTensors,
};
