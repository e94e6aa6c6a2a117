import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Rng } from '@sextant/compute';
import { openSafetensors, writeSafetensors } from '@sextant/formats';
import { initModel, saveModel } from '@sextant/models';

/** The language model of the bench: d 256, 6 blocks, 8 heads, context 256, vocabulary 4096, gated MLP of 704, tied. */
export const languageModelSize = { d: 256, layers: 6, heads: 8, contextLength: 256, vocabulary: 4096, hidden: 704 } as const;
export const languageModelText = 'd 256, 6 layers, 8 heads, ctx 256';

const TOKENS = 'tokens.safetensors';
const promptLength = 16;

/** A fresh Llama as a Hugging Face folder, a batch of 16 rows of random tokens, and a prompt. */
export async function writeLanguageModel(dir: string): Promise<void> {
  if (existsSync(join(dir, TOKENS))) return;
  const { d, layers, heads, contextLength, vocabulary, hidden } = languageModelSize;
  const config = {
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    vocab_size: vocabulary,
    hidden_size: d,
    intermediate_size: hidden,
    num_hidden_layers: layers,
    num_attention_heads: heads,
    num_key_value_heads: heads,
    head_dim: d / heads,
    hidden_act: 'silu',
    max_position_embeddings: contextLength,
    rms_norm_eps: 1e-5,
    rope_theta: 10000,
    initializer_range: 0.02,
    tie_word_embeddings: true,
    attention_bias: false,
    mlp_bias: false,
    bos_token_id: 0,
    eos_token_id: 1,
  };
  const model = initModel(config, null, new Rng(7));
  saveModel(model, dir);
  model.dispose();
  writeTokens(dir, { rows: 16, length: contextLength, prompt: randomTokens(promptLength, vocabulary, 12), vocabulary });
}

export function writeTokens(dir: string, given: { rows: number; length: number; prompt: Int32Array; vocabulary: number }): void {
  const { rows, length, prompt, vocabulary } = given;
  writeSafetensors(join(dir, TOKENS), {
    tokens: { dtype: 'I32', shape: [rows, length], data: randomTokens(rows * length, vocabulary, 11) },
    prompt: { dtype: 'I32', shape: [prompt.length], data: prompt },
  });
}

function randomTokens(count: number, vocabulary: number, seed: number): Int32Array {
  const rng = new Rng(seed);
  return Int32Array.from({ length: count }, () => rng.int(vocabulary));
}

export interface Tokens {
  /** [rows · length] */
  tokens: Int32Array;
  rows: number;
  length: number;
  prompt: number[];
}

export function readTokens(dir: string): Tokens {
  const file = openSafetensors(join(dir, TOKENS));
  try {
    const [rows = 0, length = 0] = file.info('tokens').shape;
    return { tokens: file.readInt('tokens'), rows, length, prompt: [...file.readInt('prompt')] };
  } finally {
    file.close();
  }
}
