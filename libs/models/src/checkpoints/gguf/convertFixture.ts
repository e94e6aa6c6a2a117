import { join } from 'node:path';
import { openSafetensors } from '@sextant/formats';
import { writeGguf, type GgufInput, type GgufInputTensor } from '@sextant/formats/testing';
import { readJsonObject, type JsonObject } from '../../json';

/**
 * For tests: writes a tiny Hugging Face folder as llama.cpp's converter would (conversion/llama.py, gemma.py, gpt2.py, gptneox.py).
 * It works on the published tensors alone and shares nothing with the reader.
 */
export function convertFixture(folder: string, path: string, { matrices = 'F32', more = {} }: { matrices?: GgufInputTensor['type']; more?: Record<string, GgufInput> } = {}): void {
  const { layer_types } = readJsonObject(join(folder, 'config.json'));
  const config: JsonObject = { layer_types, ...readJsonObject(join(folder, 'config.legacy.json')) };
  config.head_dim ??= Number(config.hidden_size) / Number(config.num_attention_heads);
  const rules = families[String(config.model_type)]!;
  const n = (key: string) => Number(config[key]);
  const file = openSafetensors(join(folder, 'model.safetensors'));
  const tensors: Record<string, GgufInputTensor> = {};
  const metadata: Record<string, GgufInput> = { 'general.architecture': rules.name };
  for (const [key, value] of Object.entries({ ...rules.metadata(config, n), ...more })) metadata[`${rules.name}.${key}`] = value;
  for (const name of file.names()) {
    const stem = name.replace(/^(model|transformer|gpt_neox)\./, '').replace(/^(layers|h)\.(\d+)\./, 'blk.$2.');
    const [, block = '', inner, kind] = /^(blk\.\d+\.)?(.+)\.(weight|bias)$/.exec(stem)!;
    const matrix: Matrix = { shape: file.info(name).shape, data: file.read(name) };
    const { shape, data } = rules.change?.(inner!, matrix, n) ?? matrix;
    tensors[`${block}${rules.names[inner!] ?? names[inner!]!}.${kind}`] = { type: shape.length === 2 ? matrices : 'F32', shape, data };
  }
  file.close();
  const scaling = config.rope_scaling as JsonObject | null | undefined;
  if (scaling?.rope_type === 'llama3') {
    tensors['rope_freqs.weight'] = { type: 'F32', shape: [n('head_dim') / 2], data: llama3Factors(n('head_dim'), n('rope_theta'), scaling) };
  }
  writeGguf(path, metadata, tensors);
}

/** The tiny fixtures that llama.cpp has an architecture for. */
export const ggufFixtures = [
  ...['llama-gqa-tied', 'llama-gqa-untied', 'llama-rope-llama3', 'mistral-sliding', 'qwen2', 'qwen3', 'gemma2', 'gemma3-text'],
  ...['gpt2-tied', 'gpt-neox-parallel', 'gpt-neox-serial'],
];

interface Matrix {
  shape: readonly number[];
  data: Float32Array;
}

interface Rules {
  name: string;
  metadata: (config: JsonObject, n: (key: string) => number) => Record<string, GgufInput>;
  names: Readonly<Record<string, string>>;
  change?: (inner: string, matrix: Matrix, n: (key: string) => number) => Matrix;
}

const names: Readonly<Record<string, string>> = {
  ...{ embed_tokens: 'token_embd', wte: 'token_embd', embed_in: 'token_embd', wpe: 'position_embd' },
  ...{ norm: 'output_norm', ln_f: 'output_norm', final_layer_norm: 'output_norm', lm_head: 'output', embed_out: 'output' },
  ...{ input_layernorm: 'attn_norm', ln_1: 'attn_norm', post_attention_layernorm: 'ffn_norm', ln_2: 'ffn_norm' },
  ...{ 'self_attn.q_proj': 'attn_q', 'self_attn.k_proj': 'attn_k', 'self_attn.v_proj': 'attn_v', 'self_attn.o_proj': 'attn_output' },
  ...{ 'self_attn.q_norm': 'attn_q_norm', 'self_attn.k_norm': 'attn_k_norm' },
  ...{ 'mlp.gate_proj': 'ffn_gate', 'mlp.up_proj': 'ffn_up', 'mlp.down_proj': 'ffn_down' },
  ...{ 'attn.c_attn': 'attn_qkv', 'attn.c_proj': 'attn_output', 'mlp.c_fc': 'ffn_up', 'mlp.c_proj': 'ffn_down' },
  ...{ 'attention.query_key_value': 'attn_qkv', 'attention.dense': 'attn_output', 'mlp.dense_h_to_4h': 'ffn_up', 'mlp.dense_4h_to_h': 'ffn_down' },
};

const gated: Rules['metadata'] = (config, n) => ({
  ...{ embedding_length: n('hidden_size'), feed_forward_length: n('intermediate_size'), block_count: n('num_hidden_layers') },
  ...{ 'attention.head_count': n('num_attention_heads'), 'attention.head_count_kv': n('num_key_value_heads'), context_length: n('max_position_embeddings') },
  ...{ 'attention.key_length': n('head_dim'), 'attention.value_length': n('head_dim'), 'attention.layer_norm_rms_epsilon': { f32: n('rms_norm_eps') } },
  ...{ 'rope.freq_base': { f32: n('rope_theta') }, vocab_size: n('vocab_size') },
});

/** `LlamaModel.permute`: [heads, 2, half, …] to [heads, half, 2, …]. */
function permute({ shape, data }: Matrix, heads: number): Matrix {
  const [rows = 0, width = 1] = shape;
  const half = rows / heads / 2;
  const permuted = new Float32Array(data.length);
  for (let head = 0, to = 0; head < heads; head++) {
    for (let i = 0; i < half; i++) for (const side of [0, 1]) permuted.set(row(data, (head * 2 + side) * half + i, width), width * to++);
  }
  return { shape, data: permuted };
}

function row(data: Float32Array, index: number, width: number): Float32Array {
  return data.subarray(index * width, (index + 1) * width);
}

const paired: Rules['change'] = (inner, matrix, n) =>
  inner === 'self_attn.q_proj' ? permute(matrix, n('num_attention_heads')) : inner === 'self_attn.k_proj' ? permute(matrix, n('num_key_value_heads')) : matrix;

const plusOne: Rules['change'] = (inner, { shape, data }) => ({ shape, data: inner.endsWith('norm') ? data.map((value) => value + 1) : data });

const gemmaNames = { post_attention_layernorm: 'post_attention_norm', pre_feedforward_layernorm: 'ffn_norm', post_feedforward_layernorm: 'post_ffw_norm' };

const families: Readonly<Record<string, Rules>> = {
  llama: { name: 'llama', names: {}, metadata: gated, change: paired },
  mistral: { name: 'llama', names: {}, metadata: (config, n) => ({ ...gated(config, n), 'attention.sliding_window': n('sliding_window') }), change: paired },
  qwen2: { name: 'qwen2', names: {}, metadata: gated },
  qwen3: { name: 'qwen3', names: {}, metadata: gated },
  gemma2: {
    name: 'gemma2',
    names: gemmaNames,
    change: plusOne,
    metadata: (config, n) => ({
      ...gated(config, n),
      'attention.scale': { f32: n('query_pre_attn_scalar') ** -0.5 },
      'attention.sliding_window': n('sliding_window'),
      attn_logit_softcapping: { f32: n('attn_logit_softcapping') },
      final_logit_softcapping: { f32: n('final_logit_softcapping') },
    }),
  },
  gemma3_text: {
    name: 'gemma3',
    names: gemmaNames,
    change: plusOne,
    metadata: (config, n) => ({
      ...gated(config, n),
      'attention.scale': { f32: n('query_pre_attn_scalar') ** -0.5 },
      'attention.sliding_window': n('sliding_window'),
      'attention.sliding_window_pattern': (config.layer_types as string[]).map((type) => type === 'sliding_attention'),
      'rope.freq_base_swa': { f32: n('rope_local_base_freq') },
    }),
  },
  gpt2: {
    name: 'gpt2',
    names: {},
    metadata: (_, n) => ({
      ...{ embedding_length: n('n_embd'), feed_forward_length: 4 * n('n_embd'), block_count: n('n_layer'), context_length: n('n_positions') },
      ...{ 'attention.head_count': n('n_head'), 'attention.layer_norm_epsilon': { f32: n('layer_norm_epsilon') } },
    }),
    change(inner, { shape: [rows = 0, columns = 0], data }) {
      if (!/c_(attn|proj|fc)$/.test(inner) || columns === 0) return { shape: columns === 0 ? [rows] : [rows, columns], data };
      return { shape: [columns, rows], data: Float32Array.from(data, (_, at) => data[(at % rows) * columns + Math.floor(at / rows)]!) };
    },
  },
  gpt_neox: {
    name: 'gptneox',
    names: {},
    metadata: (config, n) => ({
      ...{ embedding_length: n('hidden_size'), feed_forward_length: n('intermediate_size'), block_count: n('num_hidden_layers') },
      ...{ context_length: n('max_position_embeddings'), use_parallel_residual: config.use_parallel_residual === true },
      ...{ 'attention.head_count': n('num_attention_heads'), 'attention.layer_norm_epsilon': { f32: n('layer_norm_eps') } },
      'rope.dimension_count': (n('rotary_pct') * n('hidden_size')) / n('num_attention_heads'),
    }),
    change(inner, matrix, n) {
      if (inner !== 'attention.query_key_value') return matrix;
      const { shape, data } = matrix;
      const [rows = 0, width = 1] = shape;
      const [heads, headRows] = [n('num_attention_heads'), rows / 3 / n('num_attention_heads')];
      const regrouped = new Float32Array(data.length);
      for (let part = 0, to = 0; part < 3; part++) {
        for (let head = 0; head < heads; head++) {
          for (let i = 0; i < headRows; i++) regrouped.set(row(data, (head * 3 + part) * headRows + i, width), width * to++);
        }
      }
      return { shape, data: regrouped };
    },
  },
};

/** `LlamaModel.generate_extra_tensors`: what each frequency is divided by. */
function llama3Factors(dims: number, theta: number, scaling: JsonObject): Float32Array {
  const n = (key: string) => Number(scaling[key]);
  const [factor, low, high, trained] = [n('factor'), n('low_freq_factor'), n('high_freq_factor'), n('original_max_position_embeddings')];
  return Float32Array.from({ length: dims / 2 }, (_, i) => {
    const wavelength = 2 * Math.PI * theta ** ((2 * i) / dims);
    if (wavelength < trained / high) return 1;
    if (wavelength > trained / low) return factor;
    const smooth = (trained / wavelength - low) / (high - low);
    return 1 / ((1 - smooth) / factor + smooth);
  });
}
