import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { selectBackend, tf, type BackendInfo } from '@sextant/compute';
import { generate, loadModel } from '@sextant/models';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recipe, type Recipe } from './recipe';
import { readRecord } from './record';
import { trainDemo } from './trainDemo';

/** The demo model's recipe in small: it runs the same code in seconds. */
const small: Recipe = {
  ...recipe,
  tokenizer: { documents: 1500, vocabSize: 1024, wholePieces: 600 },
  model: { ...recipe.model, hidden_size: 16, intermediate_size: 24, num_hidden_layers: 1, num_attention_heads: 2, num_key_value_heads: 2, head_dim: 8 },
  training: { ...recipe.training, steps: 12, batchSize: 4, warmupSteps: 2, checkpointEvery: 4, learningRate: 0.02 },
};

let backend: BackendInfo;
const dir = mkdtempSync(join(tmpdir(), 'sextant-demo-'));
beforeAll(async () => {
  backend = await selectBackend();
});
afterAll(() => rmSync(dir, { recursive: true }));

describe('trainDemo', () => {
  const out = join(dir, 'model');

  it('writes a Hugging Face folder that loads, speaks and ends its replies with their line', async () => {
    const before = tf.memory().numTensors;
    const lines: string[] = [];
    await trainDemo(small, out, { resume: false, backend, say: (line) => lines.push(line) });
    expect(tf.memory().numTensors).toBe(before);
    expect(lines.at(-1)).toMatch(/^step 12\/12 {2}loss \d/);
    expect(existsSync(`${out}.checkpoint.safetensors`)).toBe(false);

    const model = await loadModel(out);
    const [newline] = model.tokenizer.encode('\n', { addSpecial: false });
    expect(model.eosIds).toEqual([model.tokenizer.eosId, newline]);
    const chat = model.tokenizer.applyChat([{ role: 'user', content: 'What does the fox eat?' }], { addGenerationPrompt: true });
    expect(chat).toBe('<|bos|>Human: What does the fox eat?\nAssistant:');
    const [row] = await generate(model, [model.tokenizer.encode(chat, { addSpecial: false })], { maxNewTokens: 4, temperature: 0 });
    expect(row?.ids.length).toBeLessThanOrEqual(4);
    model.dispose();
  });

  it('learns: the loss falls, and the record says what was done', () => {
    const record = readRecord(join(out, 'training.json'));
    expect(record.steps).toBe(12);
    expect(record.tokens).toBeGreaterThan(12 * 4 * 100);
    expect(record.curve[0]?.loss).toBeGreaterThan((record.curve.at(-1)?.loss ?? Infinity) + 0.3);
  });

  it('gives the same weights again', async () => {
    const again = join(dir, 'again');
    await trainDemo(small, again, { resume: true, backend, say: () => {} });
    const bytes = (folder: string) => readFileSync(join(folder, 'model.safetensors'));
    expect(bytes(again).equals(bytes(out))).toBe(true);
  });
});
