import { readRope } from '../rope';
import { renamed } from '../weights/bindings';
import { rotaryBuffers } from './decoderNames';
import type { Family } from './family';
import { gemma, gemmaNames } from './gemma';
import { layerWindows } from './slidingWindow';

/** Gemma 3 (text): normed q and k, and two rotary bases, one for layers with a window and one for those without. */
export const gemma3: Family = {
  name: 'gemma3',
  modelTypes: ['gemma3_text'],
  architecture(config) {
    // Transformers 5 also writes _sliding_window_pattern, which it does not read back: layer_types counts.
    const pattern = config.size('sliding_window_pattern', 6);
    const windows = layerWindows(config, config.layers('num_hidden_layers'), (layer) => (layer + 1) % pattern !== 0);
    const defaults = { contextLength: 131072, theta: 1e6 };
    const source = { headDim: config.size('head_dim', 256), contextLength: config.size('max_position_embeddings', defaults.contextLength) };
    const full = readRope(config, { ...source, theta: defaults.theta, layerType: 'full_attention', legacy: { theta: 'rope_theta', scaling: 'rope_scaling' } });
    const local = readRope(config, { ...source, theta: 10000, layerType: 'sliding_attention', legacy: { theta: 'rope_local_base_freq' } });
    return gemma(config, { family: 'gemma3', defaults, windows, qkNorm: true, rope: (layer) => (windows[layer] === null ? full : local) });
  },
  tensors: (parameters) => renamed(parameters, gemmaNames),
  buffers: rotaryBuffers,
  optionalPrefix: 'model.',
};
