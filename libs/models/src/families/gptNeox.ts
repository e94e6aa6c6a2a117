import type { BlockSpec, NormSpec } from '../architecture';
import { readRope } from '../rope';
import { bind, renamed } from '../weights/bindings';
import { interleaved } from '../weights/layouts';
import { activations } from './activations';
import type { Family } from './family';

const names = {
  embed: 'gpt_neox.embed_in',
  blocks: 'gpt_neox.layers',
  ln1: 'input_layernorm',
  'attn.o': 'attention.dense',
  ln2: 'post_attention_layernorm',
  'mlp.up': 'mlp.dense_h_to_4h',
  'mlp.down': 'mlp.dense_4h_to_h',
  ln_final: 'gpt_neox.final_layer_norm',
  unembed: 'embed_out',
};

/** GPT-NeoX and Pythia: attention and MLP side by side, partly rotating heads, q, k and v fused head by head. */
export const gptNeox: Family = {
  name: 'gpt-neox',
  modelTypes: ['gpt_neox'],
  architecture(config) {
    const dModel = config.size('hidden_size', 6144);
    const nHeads = config.size('num_attention_heads', 64);
    if (dModel % nHeads !== 0) config.refuse('num_attention_heads', `a divisor of hidden_size (${dModel})`);
    const headDim = dModel / nHeads;
    const contextLength = config.size('max_position_embeddings', 2048);
    const norm: NormSpec = { kind: 'layer', eps: config.positive('layer_norm_eps', 1e-5), gainOffset: 0 };
    const legacy = { theta: 'rotary_emb_base', partial: 'rotary_pct', scaling: 'rope_scaling' };
    const bias = config.flag('attention_bias', true);
    const block: BlockSpec = {
      residual: config.flag('use_parallel_residual', true) ? 'parallel' : 'serial',
      norm,
      postNorm: null,
      attention: {
        ...{ nHeads, nKvHeads: nHeads, headDim, scale: headDim ** -0.5, window: null, softcap: null, qkNorm: null, qkvBias: bias, outBias: bias },
        rope: readRope(config, { headDim, contextLength, theta: 10000, partial: 0.25, legacy }),
      },
      mlp: { kind: 'plain', activation: config.choice('hidden_act', activations, 'gelu'), dFf: config.size('intermediate_size', 4 * dModel), bias: true },
    };
    return {
      family: 'gpt-neox',
      dModel,
      vocabSize: config.size('vocab_size', 50432),
      contextLength,
      embeddingScale: 1,
      learnedPositions: false,
      blocks: Array.from({ length: config.layers('num_hidden_layers') }, () => block),
      finalNorm: norm,
      tied: config.flag('tie_word_embeddings', false),
      logitSoftcap: null,
      initStd: config.positive('initializer_range', 0.02),
    };
  },
  tensors(parameters, { blocks }) {
    const named = new Map(parameters.map((parameter) => [parameter.name, parameter]));
    const fused = blocks.flatMap(({ attention }, layer) =>
      ['weight', 'bias'].flatMap((kind) => {
        const parts = ['q', 'k', 'v'].flatMap((name) => named.get(`blocks.${layer}.attn.${name}.${kind}`) ?? []);
        return parts.length === 0 ? [] : [bind(`gpt_neox.layers.${layer}.attention.query_key_value.${kind}`, parts, interleaved(attention.headDim))];
      }),
    );
    return [...renamed(parameters, names), ...fused];
  },
  buffers: /\.attention\.(bias|masked_bias|rotary_emb\.inv_freq)$/,
  optionalPrefix: 'gpt_neox.',
};
