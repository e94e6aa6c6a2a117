import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectBackend } from '@sextant/compute';
import { openNpz, openSafetensors, openTorch, writeSafetensors, type TensorFile } from '@sextant/formats';
import { stateDict, storedZip } from '@sextant/formats/testing';
import { fixture, haveFixtures, needFixtures, readJson } from '../fixtures';
import { dictionaryFiles, loadDictionary, verifyDictionaryAt } from '../index';

const scratch = mkdtempSync(join(tmpdir(), 'sextant-variants-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const floats = (file: TensorFile) => {
  const names = file.names().filter((name) => /^b?f/i.test(file.info(name).dtype));
  const tensors = new Map(names.map((name) => [name, { shape: file.info(name).shape, values: file.read(name) }]));
  file.close();
  return tensors;
};
const verified = (path: string, reference: string) => verifyDictionaryAt(path, fixture(reference, 'reference.safetensors'));

describe.skipIf(!haveFixtures)(`the same dictionary laid out otherwise (${needFixtures})`, () => {
  beforeAll(async () => void (await selectBackend()));

  it.each(['sae_lens/gated', 'sparsify/topk', 'dictionary_learning/gated', 'gemma_scope/res', 'openai/relu'])('%s is found from its file and from folders above', (name) => {
    const { files } = dictionaryFiles(fixture(name));
    const nested = join(scratch, name, 'a', 'b');
    mkdirSync(nested, { recursive: true });
    cpSync(dirname(files[0]!), nested, { recursive: true, filter: (source) => !source.includes('reference') });
    expect(verified(files[0]!, name).passed).toBe(true);
    expect(verified(join(scratch, name), name).passed).toBe(true);
  });

  it('float64 weights', () => {
    const dir = join(scratch, 'float64');
    mkdirSync(dir);
    const tensors = floats(openSafetensors(fixture('sae_lens/jumprelu/sae_weights.safetensors')));
    const wide = [...tensors].map(([name, { shape, values }]) => [name, { dtype: 'F64' as const, shape, data: Float64Array.from(values) }]);
    writeSafetensors(join(dir, 'sae_weights.safetensors'), Object.fromEntries(wide));
    writeFileSync(join(dir, 'cfg.json'), JSON.stringify({ ...readJson<object>(fixture('sae_lens/jumprelu/cfg.json')), dtype: 'float64' }));
    expect(verified(dir, 'sae_lens/jumprelu').passed).toBe(true);
  });

  it('a state dict of contiguous tensors, and one of transposed ones', () => {
    const path = dictionaryFiles(fixture('dictionary_learning/relu_new')).files[0]!;
    const tensors = floats(openTorch(path));
    for (const transposed of [[], ['encoder.weight', 'decoder.weight']]) {
      const { pickle, storage } = stateDict(tensors, { transposed });
      const file = join(scratch, `${transposed.length}.pt`);
      writeFileSync(file, storedZip({ 'm/data.pkl': pickle, 'm/data/0': storage }));
      expect(verified(file, 'dictionary_learning/relu_new').passed).toBe(true);
    }
  });

  it('refuses an OpenAI TopK that does not say what follows it', () => {
    const tensors = floats(openTorch(fixture('openai/topk_layer_norm/autoencoder.pt')));
    const { pickle, storage } = stateDict(tensors, { beside: { activation: 'TopK', activation_state_dict: { dict: { k: 8 } } } });
    const file = join(scratch, 'silent.pt');
    writeFileSync(file, storedZip({ 'm/data.pkl': pickle, 'm/data/0': storage }));
    expect(() => loadDictionary(file)).toThrow('postact_fn is missing; expected ReLU or Identity');
  });

  it('an archive of any name', () => {
    const params = dictionaryFiles(fixture('gemma_scope/res')).files[0]!;
    const file = join(scratch, 'layer_12.npz');
    cpSync(params, file);
    expect(openNpz(file).names()).toContain('threshold');
    expect(verified(file, 'gemma_scope/res').passed).toBe(true);
  });
});
