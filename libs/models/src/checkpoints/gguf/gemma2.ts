import type { GgufArchitecture } from './architecture';
import { gemmaConfig, gemmaTensors } from './gemma';

/** Gemma 2; what a file leaves out is as llama.cpp has it (src/models/gemma2.cpp, llama-hparams.h). */
export const gemma2: GgufArchitecture = {
  name: 'gemma2',
  config(header) {
    const window = header.keys.size('attention.sliding_window', 4096);
    return gemmaConfig(header, { modelType: 'gemma2', window, period: 2, largest: 46, softcaps: { attention: 50, final: 30 } });
  },
  tensors: gemmaTensors,
};
