import type { BlockSpec, NormSpec } from '../architecture';
import type { ConfigReader } from '../configReader';
import { renamed } from '../weights/bindings';
import { activations } from './activations';
import type { Family } from './family';

const names = {
  embed: 'transformer.wte',
  pos_embed: 'transformer.wpe',
  blocks: 'transformer.h',
  ln1: 'ln_1',
  'attn.q': 'attn.attention.q_proj',
  'attn.k': 'attn.attention.k_proj',
  'attn.v': 'attn.attention.v_proj',
  'attn.o': 'attn.attention.out_proj',
  ln2: 'ln_2',
  'mlp.up': 'mlp.c_fc',
  'mlp.down': 'mlp.c_proj',
  ln_final: 'transformer.ln_f',
  unembed: 'lm_head',
};

const layerKinds = { global: false, local: true } as const;

/** GPT-Neo, and the TinyStories models: scores are not scaled, some layers see a window (transformers/models/gpt_neo). */
export const gptNeo: Family = {
  name: 'gpt-neo',
  modelTypes: ['gpt_neo'],
  architecture(config) {
    config.alias('num_attention_heads', 'num_heads');
    config.alias('num_hidden_layers', 'num_layers');
    const dModel = config.size('hidden_size', 2048);
    const nHeads = config.size('num_heads', 16);
    if (dModel % nHeads !== 0) config.refuse('num_heads', `a divisor of hidden_size (${dModel})`);
    const norm: NormSpec = { kind: 'layer', eps: config.positive('layer_norm_epsilon', 1e-5), gainOffset: 0 };
    const window = config.size('window_size', 256);
    const block = (local: boolean): BlockSpec => ({
      residual: 'serial',
      norm,
      postNorm: null,
      attention: {
        ...{ nHeads, nKvHeads: nHeads, headDim: dModel / nHeads, scale: 1, window: local ? window : null },
        ...{ softcap: null, rope: null, qkNorm: null, qkvBias: false, outBias: true },
      },
      mlp: {
        ...{ kind: 'plain', activation: config.choice('activation_function', activations, 'gelu_new') },
        ...{ dFf: config.size('intermediate_size', 4 * dModel), bias: true },
      },
    });
    return {
      family: 'gpt-neo',
      dModel,
      vocabSize: config.size('vocab_size', 50257),
      contextLength: config.size('max_position_embeddings', 2048),
      embeddingScale: 1,
      learnedPositions: true,
      blocks: localLayers(config).map(block),
      finalNorm: norm,
      tied: config.flag('tie_word_embeddings', true),
      logitSoftcap: null,
      initStd: config.positive('initializer_range', 0.02),
    };
  },
  tensors: (parameters) => renamed(parameters, names),
  buffers: /(^|\.)h\.\d+\.attn\.attention\.(bias|masked_bias)$/,
  optionalPrefix: 'transformer.',
};

/** `attention_layers` lists the layers; `attention_types` is the short form [[[kinds, …], repetitions], …]. */
function localLayers(config: ConfigReader): boolean[] {
  const layers = config.layers('num_layers');
  const listed = config.choices('attention_layers', layerKinds, layers);
  if (listed) config.ignore('attention_types');
  if (listed) return listed;
  const expected = `a list of [kinds, repetitions] that makes ${layers} layers of global or local`;
  const groups = config.has('attention_types') ? config.values.attention_types : null;
  if (!Array.isArray(groups)) return config.refuse('attention_types', expected);
  const kinds = groups.flatMap((group): unknown[] => {
    const [pattern, count] = Array.isArray(group) ? group : [];
    if (!Array.isArray(pattern) || !Number.isInteger(count) || count < 1 || count * pattern.length > layers) return config.refuse('attention_types', expected);
    return Array.from({ length: count }, () => pattern).flat();
  });
  if (kinds.length !== layers || kinds.some((kind) => kind !== 'global' && kind !== 'local')) config.refuse('attention_types', expected);
  return kinds.map((kind) => kind === 'local');
}
