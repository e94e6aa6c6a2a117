import { stateDict, textMutation, type FuzzTarget } from '@sextant/formats/testing';
import { expectFrom, expectSaid, loadedFrom, type Loaded } from './loaded';
import { memory } from './memory';
import { pickled } from './pickleMutant';
import { d, n, smallTensors, turned } from './small';

const k = 3;
const settings = {
  trainer: { trainer_class: 'TopKTrainer', dict_class: 'AutoEncoderTopK', activation_dim: d, dict_size: n, k, lr: 0.001, layer: 1, lm_name: 'toy', submodule_name: 'resid_post_layer_1' },
  buffer: { d_submodule: d, ctx_len: 128 },
};

/** `encoder.weight` lies column by column, as in the library's own files. */
export function dictionaryLearningFolder(): FuzzTarget<Loaded> {
  const tensors = smallTensors({ b_dec: [d], 'encoder.weight': [n, d], 'encoder.bias': [n], 'decoder.weight': [d, n] });
  const parts = stateDict(tensors, { transposed: ['encoder.weight'], beside: { k: { int32: k } } });
  const file = pickled(parts);
  return {
    name: 'dictionary_learning, AutoEncoderTopK',
    files: { 'config.json': Buffer.from(JSON.stringify(settings, null, 1)), 'ae.pt': file.bytes },
    mutants: { 'config.json': { mutations: textMutation() }, 'ae.pt': file.mutant },
    load: loadedFrom,
    check(loaded, files) {
      const { trainer } = JSON.parse(Buffer.from(files['config.json']!).toString()) as typeof settings;
      if (trainer.dict_class !== 'AutoEncoderTopK') throw new Error(`silent: loaded as ${loaded.config.architecture} where config.json says ${trainer.dict_class}`);
      if (file.rewritten(files['ae.pt']!)) return expectFrom(loaded, parts.storage);
      expectSaid(loaded, {
        architecture: 'topk',
        applyDecoderBiasToInput: true,
        normalisation: 'none',
        options: { k: trainer.k ?? k },
        tensors: new Map([
          ['W_enc', turned(tensors.get('encoder.weight')!)], ['b_enc', tensors.get('encoder.bias')!],
          ['W_dec', turned(tensors.get('decoder.weight')!)], ['b_dec', tensors.get('b_dec')!],
        ]),
      });
    },
    memory,
  };
}
