import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { selectBackend, tf } from '@sextant/compute';
import { openSafetensors, type SafetensorsFile } from '@sextant/formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generate } from '../generate';
import type { LanguageModel } from '../languageModel';
import { loadModel } from '../loadModel';
import { logProbs } from '../logProbs';
import { fixtureJson, haveModelFixtures, modelFixtures, sharedPath, withoutFixtures } from '../sharedFixtures';

interface References {
  prompts: { text: string; ids: number[]; greedy_text: string }[];
  loss: { mean: number; predictions: number; window: number };
}

const present = haveModelFixtures && existsSync(sharedPath('data/models/stories260k-llama2c/model.bin'));

/** Absolute differences allowed: the fixtures' README, where each is reasoned from a float64 run. */
const LOGITS = 1e-4;
const TOKEN_LOSS = 5e-4;
const MEAN_LOSS = 1e-5;

function largestDifference(tensor: tf.Tensor, expected: Float32Array): number {
  const values = tensor.dataSync();
  tensor.dispose();
  expect(values.length).toBe(expected.length);
  return expected.reduce((worst, value, i) => Math.max(worst, Math.abs(value - values[i]!)), 0);
}

describe.skipIf(!present).each(['stories260k-llama2c', 'babyllama-105-llama2c'])(`%s (${withoutFixtures}, and data/models)`, (name) => {
  let model: LanguageModel;
  let references: SafetensorsFile;
  beforeAll(async () => {
    await selectBackend();
    model = await loadModel(sharedPath(`data/models/${name}`));
    references = openSafetensors(join(modelFixtures, name, 'references.safetensors'));
  });
  afterAll(() => {
    model.dispose();
    references.close();
  });

  it('encodes and decodes as the original', () => {
    for (const { text, ids, decoded } of fixtureJson<{ text: string; ids: number[]; decoded: string }[]>(`${name}/tokenizer_cases.json`)) {
      expect(model.tokenizer.encode(text), text).toEqual(ids);
      expect(model.tokenizer.decode(ids), text).toBe(decoded);
    }
  });

  it('computes the reference logits and residuals', () => {
    const ids = [[...references.readInt('prompt0.ids')]];
    const hidden = references.read('prompt0.hidden_states');
    const { nLayers, dModel } = model.config;
    const size = ids[0]!.length * dModel;
    const residuals: number[] = [];
    const hooks = Array.from({ length: nLayers }, (_, layer) => ({
      point: `blocks.${layer}.hook_resid_pre`,
      fn: (value: tf.Tensor) => void residuals.push(largestDifference(tf.clone(value), hidden.subarray(layer * size, (layer + 1) * size))),
    }));
    expect(largestDifference(model.forward({ ids }, { hooks }), references.read('prompt0.logits'))).toBeLessThan(LOGITS);
    expect(residuals.length).toBe(nLayers);
    expect(Math.max(...residuals)).toBeLessThan(LOGITS);
    expect(largestDifference(model.readout({ ids }), hidden.subarray(nLayers * size))).toBeLessThan(LOGITS);
  });

  it('writes the reference text', async () => {
    const { prompts } = fixtureJson<References>(`${name}/references.json`);
    const rows = await generate(model, prompts.map(({ text }) => model.tokenizer.encode(text)), { maxNewTokens: 64, stop: [] });
    prompts.forEach(({ ids, greedy_text }, i) => {
      expect(rows[i]!.ids).toEqual([...references.readInt(`prompt${i}.greedy_ids`)]);
      expect(model.tokenizer.decode([...ids, ...rows[i]!.ids])).toBe(greedy_text);
    });
  });

  it('has the reference loss on stories', async () => {
    const { loss } = fixtureJson<References>(`${name}/references.json`);
    const ids = [...references.readInt('loss.ids')];
    const windows = Array.from({ length: Math.ceil(ids.length / loss.window) }, (_, i) => ids.slice(i * loss.window, (i + 1) * loss.window));
    const scores = (await logProbs(model, windows.map(([first, ...rest]) => ({ prefix: [first!], continuation: rest })))).flatMap((row) => [...row]);
    expect(scores.length).toBe(loss.predictions);
    references.read('loss.per_token').forEach((value, i) => expect(Math.abs(value + scores[i]!)).toBeLessThan(TOKEN_LOSS));
    const mean = -scores.reduce((sum, score) => sum + score, 0) / scores.length;
    expect(Math.abs(mean - loss.mean)).toBeLessThan(MEAN_LOSS);
  });
});
