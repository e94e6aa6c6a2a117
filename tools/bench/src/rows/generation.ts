import { generate, loadModel } from '@sextant/models';
import { readTokens } from '../inputs/languageModel';
import type { Measured } from '../measured';
import { timed } from '../timed';

export interface GenerationOptions {
  inputs: string;
  /** Folder or file of the model. */
  model: string;
  newTokens: number;
  warmup: number;
  repetitions: number;
}

/** Greedy generation of one prompt, reading the prompt included. */
export async function measureGeneration({ inputs, model: path, newTokens, warmup, repetitions }: GenerationOptions): Promise<Measured> {
  const model = await loadModel(path);
  const { prompt } = readTokens(inputs);
  const run = () => generate(model, [prompt], { maxNewTokens: newTokens, temperature: 0, stop: [] });
  const { seconds, last } = await timed(run, { warmup, repetitions });
  model.dispose();
  return { units: newTokens, seconds, evidence: { kind: 'ids', ids: last[0]!.ids }, versions: {} };
}
