import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { openGguf, type GgufFile } from '@sextant/formats';
import { ConfigReader } from '../configReader';
import type { JsonObject } from '../json';
import { translatedWeights, type Translation } from '../weights/translatedWeights';
import type { CheckpointFormat } from './checkpoint';
import { ggufTokenizer } from './ggufTokenizer';

/**
 * A GGUF file of the `llama` architecture, its blocks dequantised to float32. llama.cpp stores the rows of q and k in
 * rotating pairs (convert_hf_to_gguf.py, `permute`); they are put back in Hugging Face's order.
 */
export const gguf: CheckpointFormat = {
  name: 'gguf',
  looksLike: 'a .gguf file, or a folder with one',
  recognises: (path) => ggufFile(path) !== null,
  open(path) {
    const file = openGguf(ggufFile(path)!);
    try {
      const metadata = new ConfigReader(scalars(file), file.path);
      metadata.choice('general.architecture', { llama: 'llama' });
      const config = llamaConfig(metadata, file);
      return { config, configFile: file.path, generation: {}, tokenizer: ggufTokenizer(file, metadata), weights: llamaWeights(file, metadata) };
    } catch (error) {
      file.close();
      throw error;
    }
  },
};

function ggufFile(path: string): string | null {
  if (!existsSync(path)) return null;
  if (!statSync(path).isDirectory()) return path.endsWith('.gguf') ? path : null;
  const found = readdirSync(path).filter((name) => name.endsWith('.gguf'));
  return found.length === 1 ? join(path, found[0]!) : null;
}

/** Metadata without its lists; whole numbers of any width are numbers. */
function scalars(file: GgufFile): JsonObject {
  const entries = [...file.metadata].filter(([, value]) => !Array.isArray(value));
  return Object.fromEntries(entries.map(([key, value]) => [key, typeof value === 'bigint' ? Number(value) : value]));
}

function llamaConfig(metadata: ConfigReader, file: GgufFile): JsonObject {
  const width = metadata.size('llama.embedding_length');
  const heads = metadata.size('llama.attention.head_count');
  const headDim = metadata.size('llama.attention.key_length', Math.floor(width / heads));
  const rotating = metadata.size('llama.rope.dimension_count', headDim);
  const scalings = { none: null, linear: { rope_type: 'linear', factor: metadata.positive('llama.rope.scaling.factor', 1) } };
  return {
    model_type: 'llama',
    hidden_size: width,
    intermediate_size: metadata.size('llama.feed_forward_length'),
    num_hidden_layers: metadata.layers('llama.block_count'),
    num_attention_heads: heads,
    num_key_value_heads: metadata.size('llama.attention.head_count_kv', heads),
    head_dim: headDim,
    max_position_embeddings: metadata.size('llama.context_length'),
    rms_norm_eps: metadata.positive('llama.attention.layer_norm_rms_epsilon'),
    rope_theta: metadata.positive('llama.rope.freq_base', 10000),
    rope_scaling: metadata.choice<JsonObject | null>('llama.rope.scaling.type', scalings, 'none'),
    partial_rotary_factor: rotating / headDim,
    vocab_size: file.has('token_embd.weight') ? file.info('token_embd.weight').shape[0] : metadata.size('llama.vocab_size'),
    tie_word_embeddings: !file.has('output.weight'),
    bos_token_id: metadata.values['tokenizer.ggml.bos_token_id'] ?? null,
    eos_token_id: metadata.values['tokenizer.ggml.eos_token_id'] ?? null,
  };
}

function llamaWeights(file: GgufFile, metadata: ConfigReader) {
  const heads = metadata.size('llama.attention.head_count');
  const keyHeads = metadata.size('llama.attention.head_count_kv', heads);
  const translations = new Map<string, Translation>([
    ['model.embed_tokens.weight', { tensor: 'token_embd.weight' }],
    ['model.norm.weight', { tensor: 'output_norm.weight' }],
    ['lm_head.weight', { tensor: 'output.weight' }],
  ]);
  for (let layer = 0; layer < metadata.layers('llama.block_count'); layer++) {
    const add = (name: string, tensor: string, pairedHeads?: number) =>
      translations.set(`model.layers.${layer}.${name}.weight`, { tensor: `blk.${layer}.${tensor}.weight`, pairedHeads });
    add('input_layernorm', 'attn_norm');
    add('self_attn.q_proj', 'attn_q', heads);
    add('self_attn.k_proj', 'attn_k', keyHeads);
    add('self_attn.v_proj', 'attn_v');
    add('self_attn.o_proj', 'attn_output');
    add('post_attention_layernorm', 'ffn_norm');
    add('mlp.gate_proj', 'ffn_gate');
    add('mlp.up_proj', 'ffn_up');
    add('mlp.down_proj', 'ffn_down');
  }
  return translatedWeights(file, translations);
}
