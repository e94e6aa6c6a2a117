import { stateDict, type FuzzTarget } from '@sextant/formats/testing';
import { expectFrom, expectSaid, loadedFrom, type Loaded } from './loaded';
import { memory } from './memory';
import { pickled } from './pickleMutant';
import { d, n, smallTensors, turned } from './small';

/** TopK, which normalises each token; its counters of dead latents are beside the weights. */
export function openAiFolder(): FuzzTarget<Loaded> {
  const counters = { latents_activation_frequency: [n], latents_mean_square: [n] };
  const tensors = smallTensors({ pre_bias: [d], latent_bias: [n], 'encoder.weight': [n, d], 'decoder.weight': [d, n], ...counters });
  const parts = stateDict(tensors, { transposed: ['decoder.weight'], beside: { activation: 'TopK', activation_state_dict: { dict: { k: 3, postact_fn: 'ReLU' } } } });
  const file = pickled(parts);
  return {
    name: 'OpenAI, TopK',
    files: { 'autoencoder.pt': file.bytes },
    mutants: { 'autoencoder.pt': file.mutant },
    load: loadedFrom,
    check(loaded, files) {
      if (file.rewritten(files['autoencoder.pt']!)) return expectFrom(loaded, parts.storage);
      expectSaid(loaded, {
        architecture: 'topk',
        applyDecoderBiasToInput: true,
        normalisation: 'layer_norm',
        options: { k: 3 },
        tensors: new Map([
          ['W_enc', turned(tensors.get('encoder.weight')!)], ['b_enc', tensors.get('latent_bias')!],
          ['W_dec', turned(tensors.get('decoder.weight')!)], ['b_dec', tensors.get('pre_bias')!],
        ]),
      });
    },
    memory,
  };
}
