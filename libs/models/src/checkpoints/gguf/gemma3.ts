import type { GgufArchitecture } from './architecture';
import { gemmaConfig, gemmaTensors } from './gemma';

/** Gemma 3 (text): layers with a window rotate with a base of their own, and without scaling (src/models/gemma3.cpp). */
export const gemma3: GgufArchitecture = {
  name: 'gemma3',
  config(header) {
    const { keys } = header;
    const window = keys.has('attention.sliding_window') && keys.values['attention.sliding_window'] !== 0 ? keys.size('attention.sliding_window') : null;
    const rules = { modelType: 'gemma3_text', window, period: 6, largest: 62, softcaps: { attention: null, final: null } };
    return { ...gemmaConfig(header, rules), rope_local_base_freq: keys.positive('rope.freq_base_swa', 10000) };
  },
  tensors: gemmaTensors,
};
