import { Rng } from '@sextant/compute';
import type { Stored } from '@sextant/formats/testing';

/** The configuration of the models that are fuzzed, with every field said that has a default. */
export const smallConfig = {
  model_type: 'llama',
  hidden_size: 32,
  intermediate_size: 64,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 8,
  max_position_embeddings: 32,
  vocab_size: 33,
  rms_norm_eps: 1e-5,
  rope_theta: 5000,
  rope_scaling: null,
  hidden_act: 'silu',
  attention_bias: false,
  mlp_bias: false,
  tie_word_embeddings: false,
  torch_dtype: 'float32',
};

const { hidden_size: d, intermediate_size: f, vocab_size: v, num_hidden_layers: layers } = smallConfig;
const block: [engine: string, published: string, llamaCpp: string, shape: number[]][] = [
  ['ln1', 'input_layernorm', 'attn_norm', [d]],
  ['attn.q', 'self_attn.q_proj', 'attn_q', [d, d]],
  ['attn.k', 'self_attn.k_proj', 'attn_k', [d / 2, d]],
  ['attn.v', 'self_attn.v_proj', 'attn_v', [d / 2, d]],
  ['attn.o', 'self_attn.o_proj', 'attn_output', [d, d]],
  ['ln2', 'post_attention_layernorm', 'ffn_norm', [d]],
  ['mlp.gate', 'mlp.gate_proj', 'ffn_gate', [f, d]],
  ['mlp.down', 'mlp.down_proj', 'ffn_down', [d, f]],
  ['mlp.up', 'mlp.up_proj', 'ffn_up', [f, d]],
];

/** Engine name, name in each format, and shape of every tensor, in llama2.c's order. */
export const smallTensors: { engine: string; published: string; llamaCpp: string; shape: number[]; layer: number | null }[] = [
  { engine: 'embed.weight', published: 'model.embed_tokens.weight', llamaCpp: 'token_embd.weight', shape: [v, d], layer: null },
  ...block.flatMap(([engine, published, llamaCpp, shape]) =>
    Array.from({ length: layers }, (_, layer) => ({
      engine: `blocks.${layer}.${engine}.weight`,
      published: `model.layers.${layer}.${published}.weight`,
      llamaCpp: `blk.${layer}.${llamaCpp}.weight`,
      ...{ shape, layer },
    })),
  ),
  { engine: 'ln_final.weight', published: 'model.norm.weight', llamaCpp: 'output_norm.weight', shape: [d], layer: null },
  { engine: 'unembed.weight', published: 'lm_head.weight', llamaCpp: 'output.weight', shape: [v, d], layer: null },
];

/** Values for each tensor, by engine name. */
export function smallValues(): Map<string, Stored> {
  const rng = new Rng(5);
  const draw = (shape: number[]) => Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => rng.normal());
  return new Map(smallTensors.map(({ engine, shape }) => [engine, { shape, values: draw(shape) }]));
}

/** Rows of q and k from rotating pairs (2i, 2i + 1) to (i, i + half), as the engine has them. */
export function unpaired(engine: string, values: Float32Array): Float32Array {
  if (!/\.attn\.[qk]\./.test(engine)) return values;
  const half = smallConfig.head_dim / 2;
  return Float32Array.from(values, (_, at) => {
    const [row, column] = [Math.floor(at / d), at % d];
    const [head, within] = [Math.floor(row / (2 * half)), row % (2 * half)];
    return values[(head * 2 * half + 2 * (within % half) + Math.floor(within / half)) * d + column]!;
  });
}
