import { renamed } from '../weights/bindings';
import { rotaryBuffers } from './decoderNames';
import type { Family } from './family';
import { gemma, gemmaNames } from './gemma';
import { layerWindows } from './slidingWindow';

/** Gemma 2: soft-capped, every second layer with a sliding window. */
export const gemma2: Family = {
  name: 'gemma2',
  modelTypes: ['gemma2'],
  architecture(config) {
    const windows = layerWindows(config, config.layers('num_hidden_layers'), (layer) => layer % 2 === 0);
    return gemma(config, { family: 'gemma2', defaults: { contextLength: 8192, theta: 10000 }, windows, qkNorm: false });
  },
  tensors: (parameters) => renamed(parameters, gemmaNames),
  buffers: rotaryBuffers,
  optionalPrefix: 'model.',
};
