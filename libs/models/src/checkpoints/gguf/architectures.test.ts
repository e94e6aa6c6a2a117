import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { selectBackend } from '@sextant/compute';
import { writeGguf, type GgufInput, type GgufInputTensor } from '@sextant/formats/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadModel } from '../../loadModel';
import { haveModelFixtures, modelFixtures, withoutFixtures } from '../../sharedFixtures';
import { verifyModel } from '../../verification/verifyModel';
import { convertFixture, ggufFixtures } from './convertFixture';
import { ggufArchitectures } from './registry';

const dir = mkdtempSync(join(tmpdir(), 'gguf-'));
afterAll(() => rmSync(dir, { recursive: true }));
const path = join(dir, 'model.gguf');

describe('the GGUF architectures', () => {
  it('have names of their own', () => {
    expect(new Set(ggufArchitectures.map(({ name }) => name)).size).toBe(ggufArchitectures.length);
  });

  describe.skipIf(!haveModelFixtures)(`against Transformers (${withoutFixtures})`, () => {
    beforeAll(async () => void (await selectBackend()));
    const seen = new Set<string>();
    afterAll(() => expect(seen).toEqual(new Set(['llama', 'mistral', 'qwen2', 'qwen3', 'gemma2', 'gemma3', 'gpt2', 'gpt-neox'])));

    it.each(ggufFixtures)('%s, written as llama.cpp writes it, computes the reference values', async (fixture) => {
      const folder = join(modelFixtures, 'tiny', fixture);
      convertFixture(folder, path);
      const model = await loadModel(path);
      seen.add(model.config.family);
      const checks = await verifyModel(model, join(folder, 'references.safetensors'));
      model.dispose();
      expect(checks.length).toBeGreaterThanOrEqual(7);
      // The fixtures' README allows 1e-4; the file's own rounding is of epsilon and frequencies to float32.
      for (const { tensor, maxAbs } of checks) expect(maxAbs, tensor).toBeLessThanOrEqual(tensor === 'greedy.ids' ? 0 : 1e-4);
    });

    it.each(['F16', 'BF16', 'Q8_0'] as const)('matrices in %s stay near the values they came from, in every layout', async (matrices) => {
      for (const fixture of ['llama-gqa-untied', 'gemma2', 'gpt2-tied', 'gpt-neox-serial']) {
        const folder = join(modelFixtures, 'tiny', fixture);
        convertFixture(folder, path, { matrices });
        const [exact, rounded] = [await loadModel(folder), await loadModel(path)];
        for (const [name, variable] of exact.params) {
          const [values, near] = [variable.dataSync(), rounded.params.get(name)!.dataSync()];
          const largest = Math.max(...Array.from(values, Math.abs));
          // Half a step of the largest value's 127, and the scale's rounding to float16 (1/2048); F16 and BF16 are finer.
          expect(Array.from(values).every((value, i) => Math.abs(value - near[i]!) <= largest / 220), `${fixture} ${name}`).toBe(true);
        }
        exact.dispose();
        rounded.dispose();
      }
    });

    it.each<[string, string, Record<string, GgufInput>, RegExp]>([
      ['llama-gqa-tied', 'an unknown key', { logit_scale: { f32: 0.5 } }, /"llama.logit_scale" is 0.5, which this reader does not know/],
      ['llama-gqa-tied', 'experts', { expert_count: 8 }, /"llama.expert_count" is 8; expected 0/],
      ['llama-gqa-tied', 'values of another width', { 'attention.value_length': 8 }, /"llama.attention.value_length" is 8; expected 16/],
      ['llama-gqa-tied', 'heads that rotate in part', { 'rope.dimension_count': 8 }, /"llama.rope.dimension_count" is 8; expected 16/],
      ['llama-gqa-tied', 'an unknown scaling', { 'rope.scaling.type': 'spiral' }, /"llama.rope.scaling.type" is "spiral"; expected one of none, linear, yarn/],
      ['llama-rope-llama3', 'two scalings', { 'rope.scaling.type': 'linear', 'rope.scaling.factor': { f32: 2 } }, /expected none beside the tensor "rope_freqs.weight"/],
      ['gemma3-text', 'a pattern of another length', { 'attention.sliding_window_pattern': [true] }, /"gemma3.attention.sliding_window_pattern" is \[true\]; expected/],
    ])('%s with %s is refused by name', async (fixture, _, more, message) => {
      convertFixture(join(modelFixtures, 'tiny', fixture), path, { more });
      await expect(loadModel(path)).rejects.toThrow(message);
      await expect(loadModel(path)).rejects.toMatchObject({ code: 'INVALID_FILE', detail: { file: path } });
    });
  });

  it('names an architecture that is not read and those that are, and what to do with a split model', async () => {
    const tensor: GgufInputTensor = { type: 'F32', shape: [1], data: Float32Array.of(1) };
    writeGguf(path, { 'general.architecture': 'llama', 'split.count': 3 }, { 'token_embd.weight': tensor });
    await expect(loadModel(path)).rejects.toThrow(/is one of 3 files of a split model, which are not read; join them/);
    writeGguf(path, { 'general.architecture': 'mamba' }, { 'token_embd.weight': tensor });
    await expect(loadModel(path)).rejects.toThrow(/model.gguf: general.architecture is "mamba"; these are read: llama, qwen2/);
  });
});
