import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { harvest, openActivations, shuffledBatches } from '@sextant/activations';
import { Rng, selectBackend, tf } from '@sextant/compute';
import { trainDictionary } from '@sextant/dictionaries';
import { loadModel } from '@sextant/models';
import { buildFeatureIndex, openFeatureIndex, readoutOf, searchText } from './index';

const shared = process.env['SEXTANT_SHARED'] ?? fileURLToPath(new URL('../../../../shared', import.meta.url));
const folder = join(shared, 'fixtures/models/tiny/llama-gqa-untied');
const root = mkdtempSync(join(tmpdir(), 'sextant-path-'));
afterAll(() => rmSync(root, { recursive: true }));

describe.skipIf(!existsSync(folder))('model → activations → dictionary → features (skipped without ../shared)', () => {
  beforeAll(async () => void (await selectBackend()));

  it('fits together: what the index says of a token is what the dictionary gives for it, and no tensor is left', async () => {
    const hook = 'blocks.1.hook_resid_post';
    const before = tf.memory().numTensors;
    const model = await loadModel(folder);
    const rng = new Rng(8);
    const [rows, contextLength] = [40, 16];
    const tokens = Int32Array.from({ length: rows * contextLength }, () => 3 + rng.int(model.config.vocabSize - 3));
    const corpus = {
      meta: { contextLength },
      tokens,
      mask: new Int32Array(tokens.length).fill(1),
      tokenDocuments: tokens.map((_, at) => Math.floor(at / contextLength)),
    };
    await harvest({ model, corpus, hook, outDir: join(root, 'activations') });
    const activations = openActivations(join(root, 'activations'));
    const trained = await trainDictionary({
      architecture: 'topk',
      d: activations.d,
      n: 96,
      options: { k: 6 },
      steps: 30,
      batchSize: 128,
      seed: 1,
      batches: shuffledBatches(activations, { batchSize: 128, rng: new Rng(2) }),
    });
    const { dictionary } = trained;
    await buildFeatureIndex({
      dictionary,
      activations,
      readout: await readoutOf(model),
      piece: (id) => model.tokenizer.piece(id),
      outDir: join(root, 'index'),
      seed: 0,
    });
    const index = openFeatureIndex(join(root, 'index'));

    const input = tf.tensor2d(activations.readActivations(0, activations.tokens), [activations.tokens, activations.d]);
    const dense = dictionary.encode(input);
    const values = await dense.array();
    tf.dispose([input, dense]);
    const { items } = index.list({ sort: 'maxActivation', order: 'desc', limit: 5 });
    for (const row of items) {
      const column = values.map((token) => token[row.index]!);
      expect(row.maxActivation).toBeCloseTo(Math.max(...column), 4);
      expect(row.density).toBe(column.filter((value) => value > 0).length / column.length);
      const page = index.page(row.index);
      expect(page.topExamples[0]!.activations[page.topExamples[0]!.peak]).toBeCloseTo(row.maxActivation, 4);
      expect(page.topExamples[0]!.tokens).toContain(model.tokenizer.piece(activations.readColumn('tokens', column.indexOf(Math.max(...column)), 1)[0]!));
    }
    const hits = await searchText(index, { model, dictionary, hook }, { text: 'Once upon a time', limit: 3 });
    expect(hits).toHaveLength(3);
    expect(hits[0]!.score).toBeGreaterThanOrEqual(hits[1]!.score);

    index.close();
    activations.close();
    dictionary.dispose();
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
