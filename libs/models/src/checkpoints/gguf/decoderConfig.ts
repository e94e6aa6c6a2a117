import type { ConfigReader } from '../../configReader';
import type { JsonObject } from '../../json';
import type { GgufHeader } from './header';

/** The fields that llama.cpp writes alike for every family of the Llama shape, as config.json names them. */
export function decoderConfig(header: GgufHeader): JsonObject {
  const { keys } = header;
  const width = keys.size('embedding_length');
  const heads = keys.size('attention.head_count');
  const headDim = keys.size('attention.key_length', Math.floor(width / heads));
  keys.only('attention.value_length', headDim, 'keys and values of different widths are not supported');
  keys.only('rope.dimension_count', headDim, 'whole heads rotate');
  return {
    hidden_size: width,
    intermediate_size: keys.size('feed_forward_length'),
    num_hidden_layers: keys.layers('block_count'),
    num_attention_heads: heads,
    num_key_value_heads: keys.size('attention.head_count_kv', heads),
    head_dim: headDim,
    max_position_embeddings: keys.size('context_length'),
    rms_norm_eps: keys.positive('attention.layer_norm_rms_epsilon'),
    vocab_size: header.vocabSize(),
    tie_word_embeddings: !header.has('output.weight'),
    attention_bias: header.has('blk.0.attn_q.bias') && header.has('blk.0.attn_output.bias'),
    mlp_bias: header.has('blk.0.ffn_up.bias'),
    ...ropeConfig(header),
    ...header.specialIds(),
  };
}

/**
 * `rope_theta` and `rope_scaling`. A tensor `rope_freqs.weight` divides each frequency; Llama 3.1 is written so, without the
 * numbers it was computed from. Transformers says the same thing as `longrope` with equal factors for all lengths.
 */
export function ropeConfig(header: GgufHeader): JsonObject {
  const { keys } = header;
  const theta = { rope_theta: keys.positive('rope.freq_base', 10000) };
  const type = keys.text('rope.scaling.type', 'none');
  if (header.has('rope_freqs.weight')) {
    if (type !== 'none') keys.refuse('rope.scaling.type', 'none beside the tensor "rope_freqs.weight"');
    const factors = header.values('rope_freqs.weight');
    const trained = keys.size('context_length');
    return {
      ...theta,
      rope_scaling: { rope_type: 'longrope', short_factor: factors, long_factor: factors, attention_factor: 1, original_max_position_embeddings: trained },
    };
  }
  return { ...theta, rope_scaling: keys.choice('rope.scaling.type', scalings, 'none')(keys) };
}

const scalings: Readonly<Record<string, (keys: ConfigReader) => JsonObject | null>> = {
  none: () => null,
  linear: (keys) => ({ rope_type: 'linear', factor: keys.positive('rope.scaling.factor') }),
  /** llama.cpp multiplies attn_factor by 0.1 ln(factor) + 1 (ggml_rope_yarn); Transformers takes the product. */
  yarn: (keys) => {
    const factor = keys.positive('rope.scaling.factor');
    const given = keys.positive('rope.scaling.yarn_attn_factor', keys.positive('rope.scaling.attn_factor', 1));
    keys.only('rope.scaling.yarn_ext_factor', 1, 'other mixtures of interpolation and extrapolation are not supported');
    return {
      rope_type: 'yarn',
      factor,
      attention_factor: given * (factor > 1 ? 0.1 * Math.log(factor) + 1 : 1),
      beta_fast: keys.positive('rope.scaling.yarn_beta_fast', 32),
      beta_slow: keys.positive('rope.scaling.yarn_beta_slow', 1),
      original_max_position_embeddings: keys.size('rope.scaling.original_context_length'),
    };
  },
};
