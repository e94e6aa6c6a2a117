import type { Architecture, NormSpec, RopeSpec } from '../architecture';
import type { ConfigReader } from '../configReader';
import { activations } from './activations';
import { decoderNames } from './decoderNames';
import { gatedDecoder } from './gatedDecoder';

/** Gemma names its norms by what they precede or follow; four to a block. */
export const gemmaNames: Readonly<Record<string, string>> = {
  ...decoderNames,
  ln1_post: 'post_attention_layernorm',
  ln2: 'pre_feedforward_layernorm',
  ln2_post: 'post_feedforward_layernorm',
};

/** Where Gemma 2 and Gemma 3 differ. */
export interface GemmaOptions {
  family: string;
  defaults: { contextLength: number; theta: number };
  windows: readonly (number | null)[];
  /** Rotation of a layer; without it, the one that config.json gives for all. */
  rope?: (layer: number) => RopeSpec;
  qkNorm: boolean;
}

/**
 * Gemma: norms that multiply by (1 + weight) in front of and behind both halves of a block, embeddings scaled by
 * sqrt(dModel), scores by query_pre_attn_scalar^-1/2, and optional soft caps (transformers/models/gemma2, gemma3).
 */
export function gemma(config: ConfigReader, { family, defaults, windows, rope, qkNorm }: GemmaOptions): Architecture {
  config.only('use_bidirectional_attention', false, 'this engine decodes from left to right');
  const base = gatedDecoder(config, { family, defaults: { ...defaults, tied: true, headDim: 256 } });
  const norm: NormSpec = { ...base.finalNorm, gainOffset: 1 };
  const cap = (key: string) => (config.has(key) ? config.positive(key) : null);
  const scale = config.positive('query_pre_attn_scalar', 256) ** -0.5;
  const softcap = cap('attn_logit_softcapping');
  const activation = config.choice('hidden_activation', activations, 'gelu_pytorch_tanh');
  return {
    ...base,
    embeddingScale: Math.sqrt(base.dModel),
    finalNorm: norm,
    logitSoftcap: cap('final_logit_softcapping'),
    blocks: base.blocks.map((block, layer) => ({
      ...block,
      norm,
      postNorm: norm,
      attention: {
        ...block.attention,
        ...{ scale, softcap, window: windows[layer]!, rope: rope?.(layer) ?? block.attention.rope, qkNorm: qkNorm ? norm : null },
      },
      mlp: { ...block.mlp, activation },
    })),
  };
}
