import type { Architecture, AttentionSpec, BlockSpec, NormSpec } from '../architecture';
import type { ConfigReader } from '../configReader';
import { readRope } from '../rope';
import { activations } from './activations';

/** Where families of the Llama shape differ from Llama. */
export interface GatedDecoderOptions {
  family: string;
  /** Transformers' defaults for what a file may leave out; without one, a head is hidden_size / heads wide. */
  defaults: { contextLength: number; theta: number; tied: boolean; headDim?: number };
  /** Changes to one layer's attention. */
  attention?: (layer: number, base: AttentionSpec, norm: NormSpec) => Partial<AttentionSpec>;
}

/**
 * The decoder that most recent models share: RMSNorm in front, rotary grouped-query attention, gated MLP.
 * Reads the fields that config.json names alike in all of them.
 */
export function gatedDecoder(config: ConfigReader, { family, defaults, attention }: GatedDecoderOptions): Architecture {
  const dModel = config.size('hidden_size');
  const nHeads = config.size('num_attention_heads');
  const nKvHeads = config.size('num_key_value_heads', nHeads);
  if (nHeads % nKvHeads !== 0) config.refuse('num_key_value_heads', `a divisor of num_attention_heads (${nHeads})`);
  const headDim = config.size('head_dim', defaults.headDim ?? Math.floor(dModel / nHeads));
  if (!config.has('head_dim') && defaults.headDim === undefined && dModel % nHeads !== 0) {
    config.refuse('num_attention_heads', `a divisor of hidden_size (${dModel}), or a head_dim`);
  }
  const contextLength = config.size('max_position_embeddings', defaults.contextLength);
  const norm: NormSpec = { kind: 'rms', eps: config.positive('rms_norm_eps', 1e-6), gainOffset: 0 };
  const bias = config.flag('attention_bias', false);
  const base: AttentionSpec = {
    nHeads,
    nKvHeads,
    headDim,
    scale: headDim ** -0.5,
    window: null,
    softcap: null,
    rope: readRope(config, { headDim, contextLength, theta: defaults.theta, legacy: { theta: 'rope_theta', scaling: 'rope_scaling' } }),
    qkNorm: null,
    qkvBias: bias,
    outBias: bias,
  };
  const block: Omit<BlockSpec, 'attention'> = {
    residual: 'serial',
    norm,
    postNorm: null,
    mlp: {
      kind: 'gated',
      activation: config.choice('hidden_act', activations, 'silu'),
      dFf: config.size('intermediate_size'),
      bias: config.flag('mlp_bias', false),
    },
  };
  const layers = config.layers('num_hidden_layers');
  return {
    family,
    dModel,
    vocabSize: config.size('vocab_size'),
    contextLength,
    embeddingScale: 1,
    learnedPositions: false,
    blocks: Array.from({ length: layers }, (_, layer) => ({ ...block, attention: { ...base, ...attention?.(layer, base, norm) } })),
    finalNorm: norm,
    tied: config.flag('tie_word_embeddings', defaults.tied),
    logitSoftcap: null,
    initStd: config.positive('initializer_range', 0.02),
  };
}
