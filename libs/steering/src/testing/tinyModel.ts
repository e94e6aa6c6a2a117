import { Rng } from '@sextant/compute';
import { initModel, type LanguageModel, type Tokenizer } from '@sextant/models';

/** A small Llama with random weights, large enough in scale that every part of it matters to the logits. */
export function tinyModel(seed = 1, tokenizer: Tokenizer | null = null): LanguageModel {
  const config = {
    model_type: 'llama',
    hidden_size: 16,
    intermediate_size: 40,
    num_hidden_layers: 3,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    vocab_size: 48,
    max_position_embeddings: 64,
    rms_norm_eps: 1e-5,
    rope_theta: 10000,
    hidden_act: 'silu',
    tie_word_embeddings: true,
    initializer_range: 0.3,
    bos_token_id: 0,
    eos_token_id: 1,
  };
  return initModel(config, tokenizer, new Rng(seed));
}
