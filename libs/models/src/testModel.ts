import { Rng } from '@sextant/compute';
import { initModel } from './initModel';
import type { JsonObject } from './json';
import type { LanguageModel } from './languageModel';

/** A small random Llama whose attention and MLPs do something: weights are drawn wide, as the fixtures' are. */
export function smallLlama(changes: JsonObject = {}, seed = 1): LanguageModel {
  const config = {
    model_type: 'llama',
    hidden_size: 16,
    num_hidden_layers: 3,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    intermediate_size: 24,
    vocab_size: 29,
    max_position_embeddings: 32,
    tie_word_embeddings: true,
    initializer_range: 0.4,
    ...changes,
  };
  return initModel(config, null, new Rng(seed));
}
