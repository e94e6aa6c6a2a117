import type { BlockSpec, NormSpec } from '../architecture';
import { bind, renamed } from '../weights/bindings';
import { direct, stacked, transposed } from '../weights/layouts';
import { activations } from './activations';
import type { Family } from './family';

const names = {
  embed: 'transformer.wte',
  pos_embed: 'transformer.wpe',
  blocks: 'transformer.h',
  ln1: 'ln_1',
  ln2: 'ln_2',
  ln_final: 'transformer.ln_f',
  unembed: 'lm_head',
};

/** Conv1D layers, whose weights are [in, out]. */
const convolutions = { blocks: 'transformer.h', 'attn.o': 'attn.c_proj', 'mlp.up': 'mlp.c_fc', 'mlp.down': 'mlp.c_proj' };

/** GPT-2: learned positions, LayerNorm, one matrix for q, k and v (transformers/models/gpt2). */
export const gpt2: Family = {
  name: 'gpt2',
  modelTypes: ['gpt2'],
  architecture(config) {
    config.alias('hidden_size', 'n_embd');
    config.alias('num_attention_heads', 'n_head');
    config.alias('num_hidden_layers', 'n_layer');
    config.alias('max_position_embeddings', 'n_positions');
    config.only('add_cross_attention', false, 'there is no encoder');
    const dModel = config.size('n_embd', 768);
    const nHeads = config.size('n_head', 12);
    if (dModel % nHeads !== 0) config.refuse('n_head', `a divisor of n_embd (${dModel})`);
    const headDim = dModel / nHeads;
    const norm: NormSpec = { kind: 'layer', eps: config.positive('layer_norm_epsilon', 1e-5), gainOffset: 0 };
    const scale = config.flag('scale_attn_weights', true) ? headDim ** -0.5 : 1;
    const byLayer = config.flag('scale_attn_by_inverse_layer_idx', false);
    const block = (layer: number): BlockSpec => ({
      residual: 'serial',
      norm,
      postNorm: null,
      attention: {
        ...{ nHeads, nKvHeads: nHeads, headDim, scale: byLayer ? scale / (layer + 1) : scale },
        ...{ window: null, softcap: null, rope: null, qkNorm: null, qkvBias: true, outBias: true },
      },
      mlp: { kind: 'plain', activation: config.choice('activation_function', activations, 'gelu_new'), dFf: config.size('n_inner', 4 * dModel), bias: true },
    });
    return {
      family: 'gpt2',
      dModel,
      vocabSize: config.size('vocab_size', 50257),
      contextLength: config.size('n_positions', 1024),
      embeddingScale: 1,
      learnedPositions: true,
      blocks: Array.from({ length: config.layers('n_layer') }, (_, layer) => block(layer)),
      finalNorm: norm,
      tied: config.flag('tie_word_embeddings', true),
      logitSoftcap: null,
      initStd: config.positive('initializer_range', 0.02),
    };
  },
  tensors(parameters, { blocks }) {
    const named = new Map(parameters.map((parameter) => [parameter.name, parameter]));
    const fused = blocks.flatMap((_, layer) =>
      ['weight', 'bias'].flatMap((kind) => {
        const parts = ['q', 'k', 'v'].flatMap((name) => named.get(`blocks.${layer}.attn.${name}.${kind}`) ?? []);
        return parts.length === 0 ? [] : [bind(`transformer.h.${layer}.attn.c_attn.${kind}`, parts, kind === 'weight' ? transposed(stacked) : stacked)];
      }),
    );
    const matrices = parameters.filter(({ name }) => name.endsWith('.weight'));
    const biases = parameters.filter(({ name }) => name.endsWith('.bias'));
    return [...renamed(parameters, names), ...renamed(matrices, convolutions, transposed(direct)), ...renamed(biases, convolutions), ...fused];
  },
  buffers: /(^|\.)h\.\d+\.attn\.(bias|masked_bias)$/,
  optionalPrefix: 'transformer.',
};
