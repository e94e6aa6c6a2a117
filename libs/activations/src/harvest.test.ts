import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SextantError } from '@sextant/schema';
import { selectBackend, tf } from '@sextant/compute';
import { captureHook, estimateHarvest, harvest, harvestStream, keptTokens, openActivations } from './index';
import { HOOK, randomRows, tableModel } from './testing/standIn';

const root = mkdtempSync(join(tmpdir(), 'sextant-harvest-'));
afterAll(() => rmSync(root, { recursive: true }));
let folders = 0;
const folder = () => join(root, String(folders++));

const corpus = randomRows({ rows: 23, contextLength: 16, vocabSize: 40, seed: 3 });
const small = { corpus, hook: HOOK, batchSize: 4, shardTokens: 100 };

beforeAll(async () => void (await selectBackend()));

function bytesOf(dir: string): Record<string, string> {
  return Object.fromEntries(readdirSync(dir).sort().map((name) => [name, createHash('sha256').update(readFileSync(join(dir, name))).digest('hex')]));
}

async function fault(action: Promise<unknown>): Promise<SextantError> {
  const error = await action.then(() => null, (thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(SextantError);
  return error as SextantError;
}

describe('harvest', () => {
  it('keeps every real token but those that begin and end documents, with its activation, place and document, and leaks no tensor', async () => {
    const model = tableModel({ vocabSize: 40, d: 6, seed: 1 });
    await captureHook(model, HOOK, { ids: Int32Array.of(2), mask: Int32Array.of(1), batch: 1, length: 1 });
    const before = tf.memory().numTensors;
    const dir = folder();
    await harvest({ ...small, model, outDir: dir, dtype: 'f32' });
    expect(tf.memory().numTensors).toBe(before);

    const store = openActivations(dir);
    store.verify();
    expect(store.manifest.shards.length).toBeGreaterThan(2);
    const expected = Array.from(corpus.tokens.keys()).filter((at) => corpus.mask[at] === 1 && corpus.tokens[at]! > 1);
    expect(store.tokens).toBe(expected.length);
    const { activations, tokens, documents, positions, rows } = store.read(0, store.tokens);
    expect([...tokens]).toEqual(expected.map((at) => corpus.tokens[at]));
    expect([...documents]).toEqual(expected.map((at) => corpus.tokenDocuments[at]));
    expect([...positions]).toEqual(expected.map((at) => at % 16));
    expect([...rows]).toEqual(expected.map((at) => Math.floor(at / 16)));
    const { values } = await captureHook(model, HOOK, { ids: corpus.tokens, mask: corpus.mask, batch: 23, length: 16 });
    expect([...activations]).toEqual(expected.flatMap((at) => [...values.subarray(at * 6, at * 6 + 6)]));
    expect([...store.read(expected.length - 70, 65).tokens]).toEqual([...tokens.slice(expected.length - 70, expected.length - 5)]);
    store.close();
    model.dispose();
  });

  it('records statistics that a plain sum over the store gives again', async () => {
    const model = tableModel({ vocabSize: 40, d: 5, seed: 2 });
    const dir = folder();
    const { statistics } = await harvest({ ...small, model, outDir: dir });
    const store = openActivations(dir);
    const values = store.readActivations(0, store.tokens);
    let [squares, norms] = [0, 0];
    const mean = [0, 0, 0, 0, 0];
    for (let token = 0; token < store.tokens; token++) {
      const row = [...values.subarray(token * 5, token * 5 + 5)];
      const square = row.reduce((sum, value) => sum + value * value, 0);
      squares += square;
      norms += Math.sqrt(square);
      row.forEach((value, j) => (mean[j]! += value));
    }
    expect(statistics.meanSquaredNorm).toBeCloseTo(squares / store.tokens, 12);
    expect(statistics.meanNorm).toBeCloseTo(norms / store.tokens, 12);
    statistics.mean.forEach((value, j) => expect(value).toBeCloseTo(mean[j]! / store.tokens, 12));
    expect(statistics.maxAbsolute).toBe(Math.max(...values.map(Math.abs)));
    store.close();
    model.dispose();
  });

  it('ends with the same bytes after an abort, a damaged shard and a half-written file', async () => {
    const model = tableModel({ vocabSize: 40, d: 6, seed: 1 });
    const whole = folder();
    await harvest({ ...small, model, outDir: whole });

    const broken = folder();
    const controller = new AbortController();
    const error = await fault(
      harvest({ ...small, model, outDir: broken, signal: controller.signal, onProgress: ({ done, total }) => void (done > 0.7 * total && controller.abort()) }),
    );
    expect(error.code).toBe('CANCELLED');
    expect(existsSync(join(broken, 'activations.json'))).toBe(false);
    const [first, second] = readdirSync(broken).filter((name) => name.startsWith('shard')).sort();
    expect(second).toBeDefined();
    const damaged = readFileSync(join(broken, second!));
    damaged[damaged.length - 1]! ^= 1;
    writeFileSync(join(broken, second!), damaged);
    writeFileSync(join(broken, '.shard-00002.safetensors.999.partial'), 'half');

    const steps: number[] = [];
    await harvest({ ...small, model, outDir: broken, onProgress: ({ done }) => void steps.push(done) });
    expect(bytesOf(broken)).toEqual(bytesOf(whole));
    // The sound first shard was kept, the damaged second was not.
    expect(steps[0]).toBe(openActivations(whole).manifest.shards.find(({ file }) => file === first)!.tokens);
    model.dispose();
  });

  it('returns at once where it had finished, refuses another plan in the same folder, and starts again when told to', async () => {
    const model = tableModel({ vocabSize: 40, d: 6, seed: 1 });
    const dir = folder();
    await harvest({ ...small, model, outDir: dir });
    const before = bytesOf(dir);
    await harvest({ ...small, model, outDir: dir });
    expect(bytesOf(dir)).toEqual(before);
    const error = await fault(harvest({ ...small, model, outDir: dir, maxTokens: 50 }));
    expect([error.code, error.detail.field]).toEqual(['CONFLICT', 'tokens']);
    await harvest({ ...small, model, outDir: dir, maxTokens: 50, resume: false });
    expect(openActivations(dir).tokens).toBe(50);
    model.dispose();
  });

  it('survives massive outliers in f16 by a power-of-two scale, to 11 bits', async () => {
    const model = tableModel({ vocabSize: 40, d: 4, seed: 5, factor: 80_000 });
    const [wide, narrow] = [folder(), folder()];
    await harvest({ ...small, model, outDir: wide, dtype: 'f32' });
    const { plan } = await harvest({ ...small, model, outDir: narrow, dtype: 'f16' });
    expect(plan.scaleExponent).toBeGreaterThan(0);
    const [exact, stored] = [openActivations(wide), openActivations(narrow)];
    const truth = exact.readActivations(0, exact.tokens);
    expect(Math.max(...truth)).toBeGreaterThan(65504);
    stored.readActivations(0, stored.tokens).forEach((value, i) => {
      // Half a unit of the 11-bit significand, or of the smallest subnormal times the scale.
      expect(Math.abs(value - truth[i]!)).toBeLessThanOrEqual(Math.max(Math.abs(truth[i]!) * 2 ** -11, 2 ** -25 * stored.scale));
    });
    model.dispose();
  });

  it('refuses values that outgrow the scale its first batch asked for, and says what to do', async () => {
    const base = tableModel({ vocabSize: 40, d: 4, seed: 5 });
    let calls = 0;
    const growing = {
      ...base,
      run: (input: Parameters<typeof base.run>[0], options: Parameters<typeof base.run>[1]) =>
        base.run(input, {
          ...options,
          hooks: options.hooks.map(({ point, fn }) => ({ point, fn: (value: tf.Tensor) => fn(calls++ < 3 ? value : value.mul(1e6)) })),
        }),
    };
    const error = await fault(harvest({ ...small, model: growing, outDir: folder() }));
    expect(error.message).toMatch(/reaches -?\d+.*beyond float16.*dtype f32/);
    base.dispose();
  });

  it('names the row and position of a NaN, and a hook that is not there', async () => {
    const base = tableModel({ vocabSize: 40, d: 4, seed: 5 });
    const poisoned = { ...base, run: (input: Parameters<typeof base.run>[0], options: Parameters<typeof base.run>[1]) => base.run(input, {
      ...options,
      hooks: options.hooks.map(({ point, fn }) => ({ point, fn: (value: tf.Tensor) => fn(tf.where(tf.greater(value, 1.5), NaN, value)) })),
    }) };
    const error = await fault(harvest({ ...small, model: poisoned, outDir: folder() }));
    expect(error.message).toMatch(/the model gave NaN at blocks\.1\.hook_resid_post, row \d+, position \d+/);
    expect((await fault(harvest({ ...small, model: base, hook: 'blocks.0.hook_resid_post', outDir: folder() }))).message).toContain('blocks.0.hook_resid_post');
    base.dispose();
  });
});

describe('harvestStream', () => {
  it('gives what the store holds, without a store', async () => {
    const model = tableModel({ vocabSize: 40, d: 6, seed: 1 });
    const dir = folder();
    await harvest({ ...small, model, outDir: dir, dtype: 'f32', maxTokens: 120 });
    const streamed: number[] = [];
    const kept = keptTokens(corpus, new Set([0, 1]), 120);
    for await (const batch of harvestStream({ model, kept, hook: HOOK, batchSize: 7 })) streamed.push(...batch.activations);
    const store = openActivations(dir);
    expect(store.tokens).toBe(120);
    expect(streamed).toEqual([...store.readActivations(0, 120)]);
    model.dispose();
  });
});

describe('estimateHarvest', () => {
  it('knows tokens and bytes to within the headers, and a time above zero', async () => {
    const model = tableModel({ vocabSize: 40, d: 6, seed: 1 });
    const estimate = await estimateHarvest({ ...small, model });
    const { plan, shards } = await harvest({ ...small, model, outDir: folder() });
    expect(estimate.tokens).toBe(plan.tokens);
    expect(estimate.d).toBe(6);
    const written = shards.reduce((sum, shard) => sum + shard.bytes, 0);
    expect(written - estimate.bytes).toBeGreaterThan(0);
    expect(written - estimate.bytes).toBeLessThan(1024 * shards.length);
    expect(estimate.seconds).toBeGreaterThan(0);
    model.dispose();
  });
});

describe('openActivations', () => {
  it('says that an unfinished harvest is no store, and finds a changed byte', async () => {
    const empty = folder();
    mkdirSync(empty);
    expect(() => openActivations(empty)).toThrow('once its harvest has finished');
    const model = tableModel({ vocabSize: 40, d: 6, seed: 1 });
    const dir = folder();
    await harvest({ ...small, model, outDir: dir });
    const path = join(dir, 'shard-00001.safetensors');
    const bytes = readFileSync(path);
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(path, bytes);
    expect(() => openActivations(dir).verify()).toThrow(`${path}: has SHA-256`);
    model.dispose();
  });
});
