import { captureHook } from '@sextant/activations';
import { loadModel } from '@sextant/models';
import { fingerprint } from '../inputs/fingerprint';
import { readTokens } from '../inputs/languageModel';
import type { Measured } from '../measured';
import { timed } from '../timed';

export interface HarvestOptions {
  inputs: string;
  /** Folder or file of the model. */
  model: string;
  layers: number;
  warmup: number;
  repetitions: number;
}

/** The residual stream after `layers` blocks as an array, by what a harvest calls for every batch. */
export async function measureHarvest({ inputs, model: path, layers, warmup, repetitions }: HarvestOptions): Promise<Measured> {
  const model = await loadModel(path);
  const { tokens, rows, length } = readTokens(inputs);
  const input = { ids: tokens, mask: new Int32Array(tokens.length).fill(1), batch: rows, length };
  const { seconds, last } = await timed(() => captureHook(model, `blocks.${layers - 1}.hook_resid_post`, input), { warmup, repetitions });
  model.dispose();
  return { units: tokens.length, seconds, evidence: { kind: 'numbers', numbers: fingerprint(last.values) }, versions: {} };
}
