import type { Architecture } from '../../architecture';
import type { ParameterSpec } from '../../parameters';
import { bind, renamed, type TensorBinding } from '../../weights/bindings';
import { stacked } from '../../weights/layouts';

/** llama.cpp's tensor names, alike for all families (gguf-py/gguf/constants.py). */
export const ggufNames: Readonly<Record<string, string>> = {
  embed: 'token_embd',
  pos_embed: 'position_embd',
  blocks: 'blk',
  ln1: 'attn_norm',
  'attn.q': 'attn_q',
  'attn.k': 'attn_k',
  'attn.v': 'attn_v',
  'attn.q_norm': 'attn_q_norm',
  'attn.k_norm': 'attn_k_norm',
  'attn.o': 'attn_output',
  ln1_post: 'post_attention_norm',
  ln2: 'ffn_norm',
  'mlp.gate': 'ffn_gate',
  'mlp.up': 'ffn_up',
  'mlp.down': 'ffn_down',
  ln2_post: 'post_ffw_norm',
  ln_final: 'output_norm',
  unembed: 'output',
};

/** The names of families whose q, k and v llama.cpp keeps in one tensor, one under the other. */
export function fusedTensors(parameters: readonly ParameterSpec[], { blocks }: Architecture): TensorBinding[] {
  const named = new Map(parameters.map((parameter) => [parameter.name, parameter]));
  const fused = blocks.flatMap((_, layer) =>
    ['weight', 'bias'].flatMap((kind) => {
      const parts = ['q', 'k', 'v'].flatMap((name) => named.get(`blocks.${layer}.attn.${name}.${kind}`) ?? []);
      return parts.length === 0 ? [] : [bind(`blk.${layer}.attn_qkv.${kind}`, parts, stacked)];
    }),
  );
  return [...renamed(parameters.filter(({ name }) => !/\.attn\.[qkv]\./.test(name)), ggufNames), ...fused];
}
