/** Tensor names of `LlamaForCausalLM`, which Mistral, Qwen and others share. */
export const decoderNames: Readonly<Record<string, string>> = {
  embed: 'model.embed_tokens',
  blocks: 'model.layers',
  ln1: 'input_layernorm',
  'attn.q': 'self_attn.q_proj',
  'attn.k': 'self_attn.k_proj',
  'attn.v': 'self_attn.v_proj',
  'attn.q_norm': 'self_attn.q_norm',
  'attn.k_norm': 'self_attn.k_norm',
  'attn.o': 'self_attn.o_proj',
  ln2: 'post_attention_layernorm',
  'mlp.gate': 'mlp.gate_proj',
  'mlp.up': 'mlp.up_proj',
  'mlp.down': 'mlp.down_proj',
  ln_final: 'model.norm',
  unembed: 'lm_head',
};

/** Rotary tables that older checkpoints store. */
export const rotaryBuffers = /\.rotary_emb\.inv_freq$/;
