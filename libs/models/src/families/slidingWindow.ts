import type { ConfigReader } from '../configReader';

const layerTypes = { full_attention: false, sliding_attention: true } as const;

/**
 * Each layer's window, null where it sees everything: what `layer_types` says, else what `slides` says of a layer
 * (files of Transformers 4 leave the list out).
 */
export function layerWindows(config: ConfigReader, layers: number, slides: (layer: number) => boolean): (number | null)[] {
  config.ignore('sliding_window');
  const listed = config.choices('layer_types', layerTypes, layers) ?? Array.from({ length: layers }, (_, layer) => slides(layer));
  const window = listed.some(Boolean) ? config.size('sliding_window') : null;
  return listed.map((sliding) => (sliding ? window : null));
}

/**
 * Qwen names a window that is off unless `use_sliding_window`; then the first `max_window_layers` layers see everything.
 */
export function qwenWindows(config: ConfigReader): (number | null)[] {
  const layers = config.layers('num_hidden_layers');
  if (!config.flag('use_sliding_window', false)) {
    config.ignore('sliding_window', 'max_window_layers', 'layer_types');
    return Array<null>(layers).fill(null);
  }
  const full = config.number('max_window_layers', 28);
  return layerWindows(config, layers, (layer) => layer >= full);
}
