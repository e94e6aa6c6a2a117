import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { selectBackend, type tf } from '@sextant/compute';
import { openSafetensors, type SafetensorsFile } from '@sextant/formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generate } from '../../generate';
import { readJsonObject } from '../../json';
import type { LanguageModel } from '../../languageModel';
import { loadModel } from '../../loadModel';
import { logProbs } from '../../logProbs';
import { fixtureJson, haveModelFixtures, modelFixtures, sharedPath, withoutFixtures } from '../../sharedFixtures';
import { byteLevelTokenizer } from '../../tokenizer/byteLevelTokenizer';
import { Tokenizer, type TokenizerFiles } from '../../tokenizer/tokenizer';
import { loadTokenizer } from '../../tokenizer/tokenizerFolder';

const folder = join(modelFixtures, 'gguf');
const tiny = haveModelFixtures ? readdirSync(folder).filter((name) => /^llama-.*\.gguf$/.test(name)) : [];
const smollm2 = sharedPath('data/models/smollm2-135m-instruct-gguf');

function values(tensor: tf.Tensor): Float32Array {
  const copy = Float32Array.from(tensor.dataSync());
  tensor.dispose();
  return copy;
}

function largestDifference(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(found.length).toBe(expected.length);
  return Array.from(expected).reduce((worst, value, i) => Math.max(worst, Math.abs(value - found[i]!)), 0);
}

describe.skipIf(!haveModelFixtures)(`GGUF files of every type (${withoutFixtures})`, () => {
  let references: SafetensorsFile;
  beforeAll(async () => {
    await selectBackend();
    references = openSafetensors(join(folder, 'references.safetensors'));
  });
  afterAll(() => references.close());

  it.each(tiny)('%s computes the reference logits, residuals and tokens', async (name) => {
    const key = name.slice('llama-'.length, -'.gguf'.length);
    const ids = [[...references.readInt('input_ids')]];
    const model = await loadModel(join(folder, name));
    const { nLayers, dModel } = model.config;
    const length = ids[0]!.length;
    const last: number[] = [];
    const hooks = Array.from({ length: nLayers }, (_, layer) => ({
      point: `blocks.${layer}.hook_resid_pre`,
      fn: (value: tf.Tensor) => void last.push(...value.dataSync().subarray((length - 1) * dModel)),
    }));
    // The fixtures' README allows 1e-4 in logits and hidden states.
    expect(largestDifference(values(model.forward({ ids }, { hooks })), references.read(`${key}.logits`))).toBeLessThan(1e-4);
    last.push(...values(model.readout({ ids })).subarray((length - 1) * dModel));
    expect(largestDifference(last, references.read(`${key}.last_hidden_states`))).toBeLessThan(1e-4);
    const greedy = references.readInt(`${key}.greedy_ids`);
    expect((await generate(model, ids, { maxNewTokens: greedy.length, stop: [] }))[0]!.ids).toEqual([...greedy]);
    model.dispose();
  });

  it('tokenises as the tokenizer.json that the file was made from', async () => {
    const model = await loadModel(join(folder, 'llama-q8_0.gguf'));
    for (const { text, ids } of fixtureJson<{ text: string; ids: number[] }[]>('tiny/llama-gqa-untied/tokenizer_cases.json')) {
      expect(model.tokenizer.encode(text), text).toEqual(ids);
    }
    model.dispose();
  });

  it.each([['gpt2-tied', 'gpt-2'], ['qwen2', 'qwen2']])('splits text of %s by the rule that GGUF calls %s', (fixture, split) => {
    const original = loadTokenizer(join(modelFixtures, 'tiny', fixture));
    const { model } = readJsonObject(join(modelFixtures, 'tiny', fixture, 'tokenizer.json')) as { model: { vocab: Record<string, number>; merges: string[][] } };
    const tokens = Object.keys(model.vocab).sort((a, b) => model.vocab[a]! - model.vocab[b]!);
    const marks = { controlIds: [0], userIds: [], bosId: 0, eosId: 0, padId: null, addBos: false, addEos: false };
    const files: TokenizerFiles = byteLevelTokenizer({ tokens, merges: model.merges.map((pair) => pair.join(' ')), split, ...marks }, 'test');
    const made = new Tokenizer(files);
    for (const { text, ids } of fixtureJson<{ text: string; ids: number[] }[]>(`tiny/${fixture}/tokenizer_cases.json`)) {
      expect(made.encode(text), text).toEqual(ids);
      expect(made.decode(ids)).toBe(original.decode(ids));
    }
  });
});

describe.skipIf(!haveModelFixtures || !existsSync(smollm2))(`SmolLM2-135M-Instruct (${withoutFixtures}, and data/models)`, () => {
  interface References {
    tokenizer: { text: string; ids: number[]; decoded: string }[];
    chats: { messages: { role: string; content: string }[]; rendered_generation: string; rendered_generation_ids: number[]; greedy_ids: number[] }[];
  }
  let model: LanguageModel;
  let references: SafetensorsFile;
  beforeAll(async () => {
    await selectBackend();
    model = await loadModel(smollm2);
    references = openSafetensors(join(modelFixtures, 'smollm2', 'references.safetensors'));
  });
  afterAll(() => {
    model?.dispose();
    references?.close();
  });

  it('tokenises as Transformers', () => {
    for (const { text, ids, decoded } of fixtureJson<References>('smollm2/references.json').tokenizer) {
      expect(model.tokenizer.encode(text), text).toEqual(ids);
      expect(model.tokenizer.decode(ids, { skipSpecial: false })).toBe(decoded);
    }
  });

  it('has the reference residuals, massive outliers included, and logits', () => {
    const ids = [[...references.readInt('prompt1.ids')]];
    const seen = new Map<number, Float32Array>();
    const hooks = [0, 15, 16].map((layer) => ({
      point: `blocks.${layer}.hook_resid_pre`,
      fn: (value: tf.Tensor) => void seen.set(layer, Float32Array.from(value.dataSync())),
    }));
    const logits = values(model.forward({ ids }, { hooks }));
    seen.set(30, values(model.readout({ ids })));
    for (const [layer, found] of seen) {
      const expected = references.read(`prompt1.hidden_states.${layer}`);
      for (let at = 0; at < expected.length; at += 576) {
        const position = expected.subarray(at, at + 576);
        const rms = Math.sqrt(position.reduce((sum, value) => sum + value * value, 0) / 576);
        expect(largestDifference(found.subarray(at, at + 576), position), `layer ${layer}`).toBeLessThan(1e-4 * rms);
      }
    }
    const last = logits.subarray(-49152);
    const sampled = references.read('prompt1.logits_every_512').map((_, i) => last[i * 512]!);
    expect(largestDifference(sampled, references.read('prompt1.logits_every_512'))).toBeLessThan(5e-4);
  });

  it('answers the first chat word for word, and stops', async () => {
    const [chat] = fixtureJson<References>('smollm2/references.json').chats;
    const prompt = model.tokenizer.applyChat(chat!.messages, { addGenerationPrompt: true });
    expect(prompt).toBe(chat!.rendered_generation);
    const ids = model.tokenizer.encode(prompt, { addSpecial: false });
    expect(ids).toEqual(chat!.rendered_generation_ids);
    const [row] = await generate(model, [ids], { maxNewTokens: 48 });
    expect([...row!.ids, 2]).toEqual(chat!.greedy_ids);
    expect(row!.finish).toBe('stop');
  });

  it('has the reference loss on its first 512 tokens of text', async () => {
    const ids = [...references.readInt('loss.ids').subarray(0, 512)];
    const [scores] = await logProbs(model, [{ prefix: ids.slice(0, 1), continuation: ids.slice(1) }]);
    const expected = references.read('loss.per_token').subarray(0, 511);
    const found = scores!.map((score) => -score);
    expect(largestDifference(found, expected)).toBeLessThan(5e-4);
    const mean = (list: ArrayLike<number>) => Array.from(list).reduce((sum, value) => sum + value, 0) / list.length;
    expect(Math.abs(mean(found) - mean(expected))).toBeLessThan(1e-4);
  });
});
