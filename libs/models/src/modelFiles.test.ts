import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { selectBackend, tf } from '@sextant/compute';
import { openSafetensors, writeSafetensors, type WritableTensor } from '@sextant/formats';
import { SextantError } from '@sextant/schema';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readJsonObject, type JsonObject } from './json';
import { loadModel } from './loadModel';
import { saveModel } from './saveModel';
import { haveModelFixtures, modelFixtures, withoutFixtures } from './sharedFixtures';
import { smallLlama } from './testModel';

const root = mkdtempSync(join(tmpdir(), 'models-'));
const good = join(root, 'good');
const bad = join(root, 'bad');
const weights = join(bad, 'model.safetensors');
const QUERY = 'model.layers.1.self_attn.q_proj.weight';

afterAll(() => rmSync(root, { recursive: true }));

function tensorsOf(file: string): Record<string, WritableTensor> {
  const source = openSafetensors(file);
  try {
    return Object.fromEntries(source.names().map((name) => [name, { dtype: 'F32', shape: source.info(name).shape, data: source.read(name) }]));
  } finally {
    source.close();
  }
}

async function failure(): Promise<SextantError> {
  const before = tf.memory().numTensors;
  const error: unknown = await loadModel(bad).then(
    (model) => model.dispose(),
    (reason) => reason,
  );
  expect(tf.memory().numTensors).toBe(before);
  if (error instanceof SextantError) return error;
  throw new Error(`expected a SextantError, found ${String(error)}`);
}

describe('a model folder', () => {
  beforeAll(async () => {
    await selectBackend();
    const model = smallLlama({ tie_word_embeddings: false });
    saveModel(model, good);
    model.dispose();
  });
  beforeEach(() => {
    rmSync(bad, { recursive: true, force: true });
    cpSync(good, bad, { recursive: true });
  });

  const changeConfig = (changes: JsonObject) => {
    writeFileSync(join(bad, 'config.json'), JSON.stringify({ ...readJsonObject(join(good, 'config.json')), ...changes }));
  };
  const changeWeights = (changes: Record<string, WritableTensor | undefined>) => {
    const changed = Object.entries({ ...tensorsOf(join(good, 'model.safetensors')), ...changes }).flatMap(([name, tensor]) => (tensor ? [[name, tensor]] : []));
    writeSafetensors(weights, Object.fromEntries(changed));
  };

  it('reads back what was written, to the bit', async () => {
    const model = smallLlama({ tie_word_embeddings: false });
    const again = await loadModel(good);
    for (const [name, variable] of model.params) expect(again.params.get(name)!.dataSync(), name).toEqual(variable.dataSync());
    expect(again.config).toEqual(model.config);
    model.dispose();
    again.dispose();
  });

  it.each(['f16', 'bf16'] as const)('stores %s rounded to nearest', async (dtype) => {
    const model = smallLlama({ tie_word_embeddings: false });
    saveModel(model, bad, { dtype });
    const again = await loadModel(bad);
    const relative = dtype === 'f16' ? 2 ** -11 : 2 ** -8;
    const [exact, rounded] = [model, again].map((each) => each.params.get('blocks.0.attn.q.weight')!.dataSync());
    exact!.forEach((value, i) => expect(Math.abs(rounded![i]! - value)).toBeLessThanOrEqual(Math.abs(value) * relative + 2 ** -25));
    expect(readJsonObject(join(bad, 'config.json'))).toMatchObject({ torch_dtype: dtype === 'f16' ? 'float16' : 'bfloat16' });
    model.dispose();
    again.dispose();
  });

  it.each([
    ['hidden_size', undefined, /config.json: "hidden_size" is missing; expected a whole number/],
    ['hidden_size', 16.5, /"hidden_size" is 16.5/],
    ['num_hidden_layers', 1e9, /"num_hidden_layers" is 1000000000/],
    ['num_key_value_heads', 3, /"num_key_value_heads" is 3; expected a divisor of num_attention_heads \(4\)/],
    ['model_type', 'mamba', /model_type "mamba" is not supported; supported are .*llama/],
    ['hidden_act', 'tanhshrink', /"hidden_act" is "tanhshrink"; expected one of silu/],
    ['rms_norm_eps', 'small', /"rms_norm_eps" is "small"; expected a number above 0/],
    ['rope_scaling', { rope_type: 'spiral' }, /"rope_scaling.rope_type" is "spiral"; expected one of default, linear/],
    ['rope_scaling', { type: 'linear' }, /"rope_scaling.factor" is missing/],
    ['quantization_config', { bits: 4 }, /"quantization_config" is .*; expected none/],
    ['attention_multiplier', 0.1, /"attention_multiplier" is 0.1, which a llama model does not know and which may change what it computes; if it changes nothing, remove it/],
    ['rms_norm_epsilon', 1e-3, /"rms_norm_epsilon" is 0.001, which a llama model does not know/],
    ['rope_scalings', { factor: 2 }, /"rope_scalings" is .*; did you mean "rope_scaling"\?/],
    ['rope_scaling', { rope_type: 'linear', factor: 2, low_freq_factor: 1 }, /"rope_scaling.low_freq_factor" is 1, which a llama/],
    ['rope_interleaved', true, /"rope_interleaved" is true, which a llama/],
    ['position_embedding_type', 'alibi', /"position_embedding_type" is "alibi", which/],
    ['vocab_size', 30, /"model.embed_tokens.weight" has shape \[29, 16\]; config.json makes it \[30, 16\]/],
  ])('names the field %s when it is %j', async (field, value, message) => {
    changeConfig({ [field]: value });
    const error = await failure();
    expect(error.message).toMatch(message);
    expect(error.code).toBe('INVALID_FILE');
  });

  it('passes over what changes nothing', async () => {
    const rope = { rope_type: 'default', type: 'default', rope_theta: 10000 };
    const notes = { _name_or_path: 'x', attention_dropout: 0.1, pretraining_tp: 2, unk_token_id: 3, 'transformers.js_config': { dtype: 'q4' } };
    changeConfig({ ...notes, rope_scaling: rope, rope_interleaved: false, logit_scale: null, pruned_heads: {}, author: 'someone', eos_token_id: [1, 2] });
    (await loadModel(bad)).dispose();
  });

  it('refuses a key that is there twice', async () => {
    writeFileSync(join(bad, 'config.json'), readFileSync(join(good, 'config.json'), 'utf8').replace('{', '{"hidden_size": 32, '));
    expect((await failure()).message).toMatch(/config.json: not valid JSON \(the key "hidden_size" appears twice/);
  });

  it('names what is no JSON, and what is not there', async () => {
    writeFileSync(join(bad, 'config.json'), '{"model_type": ');
    expect((await failure()).message).toMatch(/config.json: not valid JSON/);
    rmSync(join(bad, 'config.json'));
    expect((await failure()).message).toMatch(/bad: is no model that can be read; expected a folder with config.json; or /);
    await expect(loadModel(join(root, 'nowhere'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    cpSync(join(good, 'config.json'), join(bad, 'config.json'));
    rmSync(weights);
    expect((await failure()).message).toMatch(/has no weights; expected one of model.safetensors/);
  });

  it('names file, tensor and value of bad weights', async () => {
    const query = tensorsOf(join(good, 'model.safetensors'))[QUERY]!;
    const expectFailure = async (message: RegExp) => {
      const error = await failure();
      expect(error.message).toMatch(message);
      expect(error.message).toContain('model.safetensors');
      expect(error.code).toBe('INVALID_FILE');
    };
    changeWeights({ [QUERY]: undefined });
    await expectFailure(/tensor "model.layers.1.self_attn.q_proj.weight" is missing/);
    changeWeights({ 'lm_head.weight': undefined });
    await expectFailure(/"lm_head.weight" is missing .*"tie_word_embeddings": true/);
    changeWeights({ 'model.layers.1.self_attn.q_proj.lora_A': query });
    await expectFailure(/"model.layers.1.self_attn.q_proj.lora_A" is not part of a llama model/);
    changeWeights({ [QUERY]: { ...query, shape: [8, 32] } });
    await expectFailure(/q_proj.weight" has shape \[8, 32\]; config.json makes it \[16, 16\]/);
    changeWeights({ [QUERY]: { dtype: 'I32', shape: [16, 16], data: new Int32Array(256) } });
    await expectFailure(/q_proj.weight" is I32; expected floating-point/);
    changeWeights({});
    truncateSync(weights, readFileSync(weights).length - 4);
    await expectFailure(/.+/);
    const bytes = readFileSync(join(good, 'model.safetensors'));
    bytes.writeBigUInt64LE(1n << 40n);
    writeFileSync(weights, bytes);
    await expectFailure(/.+/);
    const notNumber = readFileSync(join(good, 'model.safetensors'));
    notNumber.writeFloatLE(NaN, notNumber.length - 8);
    writeFileSync(weights, notNumber);
    await expectFailure(/holds NaN at \[/);
  });

  it('ignores rotary tables of old checkpoints', async () => {
    changeWeights({ 'model.layers.0.self_attn.rotary_emb.inv_freq': { dtype: 'F32', shape: [2], data: Float32Array.of(1, 0.1) } });
    (await loadModel(bad)).dispose();
  });

  it('takes a stored head of a tied model only when it equals the embedding', async () => {
    changeConfig({ tie_word_embeddings: true });
    expect((await failure()).message).toMatch(/ties the embeddings, but "lm_head.weight" differs from "model.embed_tokens.weight" at element 0/);
    changeWeights({ 'lm_head.weight': tensorsOf(join(good, 'model.safetensors'))['model.embed_tokens.weight'] });
    (await loadModel(bad)).dispose();
  });

  it('reads shards, and refuses an index that leads elsewhere or promises too much', async () => {
    const tensors = tensorsOf(join(good, 'model.safetensors'));
    const names = Object.keys(tensors);
    const shardOf = (name: string) => `model-0000${names.indexOf(name) % 2}.safetensors`;
    rmSync(weights);
    for (const shard of [0, 1]) {
      const held = names.filter((_, i) => i % 2 === shard).map((name) => [name, tensors[name]!]);
      writeSafetensors(join(bad, `model-0000${shard}.safetensors`), Object.fromEntries(held));
    }
    const writeIndex = (changes: JsonObject) => {
      const map = { ...Object.fromEntries(names.map((name) => [name, shardOf(name)])), ...changes };
      writeFileSync(join(bad, 'model.safetensors.index.json'), JSON.stringify({ weight_map: map }));
    };
    writeIndex({});
    (await loadModel(bad)).dispose();
    writeIndex({ [names[0]!]: '../good/model.safetensors' });
    expect((await failure()).message).toMatch(/expected a file name in the same folder/);
    writeIndex({ 'model.norm.bias': 'model-00001.safetensors' });
    expect((await failure()).message).toMatch(/model-00001.safetensors: has no tensor "model.norm.bias"/);
    writeIndex({ [names[0]!]: undefined });
    expect((await failure()).message).toMatch(/is not listed under this file/);
    writeIndex({ [names[0]!]: 'model-00007.safetensors' });
    expect(await failure()).toMatchObject({ code: 'NOT_FOUND' });
  });

  it.skipIf(!haveModelFixtures).each([
    ['llama-gqa-untied-sharded', 'llama-gqa-untied'],
    ['gpt2-tied-bare-names', 'gpt2-tied'],
    ['gpt-neo-local-bin', 'gpt-neo-local'],
  ])(`loads %s with the values of %s (${withoutFixtures})`, async (variant, original) => {
    const [one, other] = await Promise.all([variant, original].map((name) => loadModel(join(modelFixtures, 'tiny', name))));
    expect([...one!.params.keys()]).toEqual([...other!.params.keys()]);
    for (const [name, variable] of one!.params) expect(other!.params.get(name)!.dataSync(), name).toEqual(variable.dataSync());
    one!.dispose();
    other!.dispose();
  });

  it.skipIf(!haveModelFixtures)(`writes a published folder back tensor by tensor (${withoutFixtures})`, async () => {
    const fixture = join(modelFixtures, 'tiny', 'llama-gqa-untied');
    const model = await loadModel(fixture);
    mkdirSync(bad, { recursive: true });
    saveModel(model, bad);
    expect(tensorsOf(weights)).toEqual(tensorsOf(join(fixture, 'model.safetensors')));
    model.dispose();
  });
});
