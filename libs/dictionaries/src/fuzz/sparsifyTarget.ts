import { mutation, readSafetensors, textMutation, type FuzzTarget } from '@sextant/formats/testing';
import { expectSaid, loadedFrom, type Loaded } from './loaded';
import { memory } from './memory';
import { headerShare, safetensorsBytes } from './safetensorsBytes';
import { d, n, smallTensors, turned } from './small';

/** A skip transcoder: every setting of the format is in use. */
export function sparsifyFolder(): FuzzTarget<Loaded> {
  const cfg = { activation: 'topk', expansion_factor: n / d, normalize_decoder: true, num_latents: 0, k: 3, multi_topk: false, skip_connection: true, transcode: true, d_in: d };
  const weights = safetensorsBytes(smallTensors({ 'encoder.weight': [n, d], 'encoder.bias': [n], W_dec: [n, d], b_dec: [d], W_skip: [d, d] }), ['encoder.bias']);
  return {
    name: 'sparsify, skip transcoder',
    files: { 'cfg.json': Buffer.from(JSON.stringify(cfg, null, 1)), 'sae.safetensors': weights },
    mutants: { 'cfg.json': { mutations: textMutation() }, 'sae.safetensors': { mutations: mutation(headerShare(weights)) } },
    load: loadedFrom,
    check(loaded, files) {
      const said = JSON.parse(Buffer.from(files['cfg.json']!).toString()) as Record<string, unknown>;
      const stored = readSafetensors(files['sae.safetensors']!);
      const own = { W_enc: turned(stored.get('encoder.weight')!), b_enc: stored.get('encoder.bias')! };
      const others = [...stored].filter(([name]) => !name.startsWith('encoder.'));
      expectSaid(loaded, {
        architecture: said.transcode === true ? 'topk_skip_transcoder' : 'topk_skip',
        applyDecoderBiasToInput: said.transcode !== true,
        normalisation: 'none',
        options: { k: said.k },
        tensors: new Map([...Object.entries(own), ...others]),
      });
    },
    memory,
  };
}
