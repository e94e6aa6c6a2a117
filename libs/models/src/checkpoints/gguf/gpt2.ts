import type { GgufArchitecture } from './architecture';
import { fusedTensors } from './names';

/** GPT-2. Matrices are [out, in], q, k and v one under the other. */
export const gpt2: GgufArchitecture = {
  name: 'gpt2',
  config(header) {
    const { keys } = header;
    return {
      model_type: 'gpt2',
      n_embd: keys.size('embedding_length'),
      n_head: keys.size('attention.head_count'),
      n_layer: keys.layers('block_count'),
      n_inner: keys.size('feed_forward_length'),
      n_positions: keys.size('context_length'),
      layer_norm_epsilon: keys.positive('attention.layer_norm_epsilon'),
      activation_function: 'gelu_new',
      vocab_size: header.vocabSize(),
      tie_word_embeddings: !header.has('output.weight'),
      ...header.specialIds(),
    };
  },
  tensors: fusedTensors,
};
