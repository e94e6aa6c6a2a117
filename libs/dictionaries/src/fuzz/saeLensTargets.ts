import { mutation, readSafetensors, textMutation, type Files, type FuzzTarget } from '@sextant/formats/testing';
import { expectSaid, loadedFrom, type Loaded } from './loaded';
import { memory } from './memory';
import { headerShare, safetensorsBytes } from './safetensorsBytes';
import { d, n, smallTensors } from './small';

const plain = { W_enc: [d, n], b_enc: [n], W_dec: [n, d], b_dec: [d] };

export const saeLensTopK = () => folder('SAELens, topk', plain, { architecture: 'topk', k: 3, rescale_acts_by_decoder_norm: true });

export const saeLensJumpRelu = () => folder('SAELens, jumprelu', { ...plain, threshold: [n] }, { architecture: 'jumprelu' });

function folder(name: string, shapes: Record<string, number[]>, own: Record<string, unknown>): FuzzTarget<Loaded> {
  const cfg = {
    ...own, d_in: d, d_sae: n, dtype: 'float32', device: 'cpu', apply_b_dec_to_input: true, normalize_activations: 'layer_norm', reshape_activations: 'none',
    metadata: { model_name: 'toy', hook_name: 'blocks.1.hook_resid_post', context_size: 128 },
  };
  const weights = safetensorsBytes(smallTensors(shapes), ['b_dec']);
  return {
    name,
    files: { 'cfg.json': Buffer.from(JSON.stringify(cfg, null, 1)), 'sae_weights.safetensors': weights },
    mutants: { 'cfg.json': { mutations: textMutation() }, 'sae_weights.safetensors': { mutations: mutation(headerShare(weights)) } },
    load: loadedFrom,
    check(loaded, files) {
      const said = saidBy(files);
      const settings = 'k' in own ? { k: said.k, rescale_acts_by_decoder_norm: said.rescale_acts_by_decoder_norm ?? false } : {};
      expectSaid(loaded, {
        architecture: String(said.architecture),
        applyDecoderBiasToInput: said.apply_b_dec_to_input === true,
        // What is not said is the library's default.
        normalisation: String(said.normalize_activations ?? 'none'),
        options: settings,
        tensors: readSafetensors(files['sae_weights.safetensors']!),
      });
    },
    memory,
  };
}

function saidBy(files: Files): Record<string, unknown> {
  return JSON.parse(Buffer.from(files['cfg.json']!).toString()) as Record<string, unknown>;
}
