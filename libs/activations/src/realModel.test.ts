import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectBackend, tf } from '@sextant/compute';
import { openSafetensors } from '@sextant/formats';
import { loadModel, type LanguageModel } from '@sextant/models';
import { harvest, openActivations } from './index';

const shared = process.env['SEXTANT_SHARED'] ?? fileURLToPath(new URL('../../../../shared', import.meta.url));
const folder = join(shared, 'fixtures/models/tiny/llama-gqa-untied');

describe.skipIf(!existsSync(folder))('a harvest of a Hugging Face model (skipped without ../shared)', () => {
  const root = mkdtempSync(join(tmpdir(), 'sextant-real-'));
  let model: LanguageModel;
  beforeAll(async () => {
    await selectBackend();
    model = await loadModel(folder);
  });
  afterAll(() => {
    model.dispose();
    rmSync(root, { recursive: true });
  });

  it('holds the residual stream that Transformers computes, padded rows and all, and leaks no tensor', async () => {
    const references = openSafetensors(join(folder, 'references.safetensors'));
    const tokens = references.readInt('right.input_ids');
    const mask = references.readInt('right.attention_mask');
    const [layers, batch, length, d] = references.info('right.hidden_states').shape as [number, number, number, number];
    const hidden = references.read('right.hidden_states');
    references.close();
    const corpus = { meta: { contextLength: length }, tokens, mask, tokenDocuments: new Int32Array(tokens.length) };
    const before = tf.memory().numTensors;
    for (let block = 0; block < layers - 2; block++) {
      const outDir = join(root, String(block));
      await harvest({ model, corpus, hook: `blocks.${block}.hook_resid_post`, outDir, dtype: 'f32', batchSize: 2 });
      const store = openActivations(outDir);
      const { activations, rows, positions } = store.read(0, store.tokens);
      let worst = 0;
      for (let token = 0; token < store.tokens; token++) {
        const at = (((block + 1) * batch + rows[token]!) * length + positions[token]!) * d;
        for (let j = 0; j < d; j++) worst = Math.max(worst, Math.abs(activations[token * d + j]! - hidden[at + j]!));
      }
      // The fixture's README allows 1e-4 on hidden states.
      expect(worst).toBeLessThan(1e-4);
      expect(store.tokens).toBe(tokens.filter((id, at) => mask[at] === 1 && !model.tokenizer.specialIds.has(id)).length);
      store.close();
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  it('joins head dimensions, and refuses a hook that holds no vector per token', async () => {
    const corpus = { meta: { contextLength: 4 }, tokens: Int32Array.of(5, 6, 7, 8), mask: Int32Array.of(1, 1, 1, 1), tokenDocuments: new Int32Array(4) };
    const { plan } = await harvest({ model, corpus, hook: 'blocks.0.attn.hook_z', outDir: join(root, 'z') });
    expect(plan.d).toBe(model.config.nHeads * model.config.headDim);
    await expect(harvest({ model, corpus, hook: 'blocks.0.attn.hook_pattern', outDir: join(root, 'pattern') })).rejects.toThrow('not one vector per token');
  });
});
