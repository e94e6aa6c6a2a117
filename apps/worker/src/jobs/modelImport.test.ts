import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { JobQueue, runWorker } from '@sextant/jobs';
import { describeStored } from '@sextant/models';
import { startTestHub, type TestHub } from '@sextant/models/testing';
import { temporaryLab } from '@sextant/store/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { modelImport } from './modelImport';

const demo = resolve(import.meta.dirname, '../../../../models/demo');
const shared = process.env['SEXTANT_SHARED'] ?? fileURLToPath(new URL('../../../../../shared', import.meta.url));
const ggufFile = join(shared, 'fixtures/models/gguf/llama-q4_0.gguf');
const storiesFile = join(shared, 'data/models/stories260k-llama2c/model.bin');

/** A lab with a worker that knows one kind of job. */
function importing() {
  const lab = temporaryLab();
  const queue = new JobQueue(lab);
  const stop = new AbortController();
  const worker = runWorker({ lab, queue, owner: 'test', signal: stop.signal, executors: { 'model.import': async () => modelImport }, idleMs: 10 });
  const ended = async (id: string) => {
    while (['queued', 'running'].includes(queue.get(id).status)) await sleep(10);
    return queue.get(id);
  };
  const run = async (path: string) => ended((await queue.enqueue({ kind: 'model.import', spec: { path } })).id);
  const imported = async (path: string) => {
    const { result, error } = await run(path);
    expect(error).toBeNull();
    const digest = String(result?.['artifact']);
    return { model: lab.models.get(digest), dir: lab.artifacts.path(digest) };
  };
  return {
    lab, queue, run, ended, imported,
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await worker;
      lab[Symbol.dispose]();
    },
  };
}

let hub: TestHub | undefined;
afterEach(async () => {
  await hub?.close();
  vi.unstubAllEnvs();
});
const serveDemo = async () => {
  const names = ['config.json', 'generation_config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json'];
  hub = await startTestHub('owner/demo', Object.fromEntries(names.map((name) => [name, readFileSync(join(demo, name))])));
  vi.stubEnv('HF_ENDPOINT', hub.endpoint);
  return hub;
};

describe('adding a model', () => {
  it('copies a folder, card included', async () => {
    await using test = importing();
    const { model, dir } = await test.imported(demo);
    expect(model).toMatchObject({ name: 'demo', family: 'llama', card: expect.stringContaining('#') });
    expect(readFileSync(join(dir, 'model.safetensors')).equals(readFileSync(join(demo, 'model.safetensors')))).toBe(true);
  });

  it.skipIf(!existsSync(ggufFile))('keeps a GGUF file one, and names it after the file (needs the shared fixtures)', async () => {
    await using test = importing();
    const { model, dir } = await test.imported(ggufFile);
    expect(model.name).toBe('llama-q4_0');
    expect(readdirSync(dir)).toEqual(['llama-q4_0.gguf']);
    expect(readFileSync(join(dir, 'llama-q4_0.gguf')).equals(readFileSync(ggufFile))).toBe(true);
    expect(describeStored(dir)).toMatchObject({ format: 'gguf', config: { parameters: model.parameters } });
  });

  it.skipIf(!existsSync(storiesFile))('takes the tokenizer along with a llama2.c file (needs the shared data)', async () => {
    await using test = importing();
    const { model, dir } = await test.imported(storiesFile);
    expect(model.name).toBe('stories260k-llama2c');
    expect(readdirSync(dir).sort()).toEqual(['model.bin', 'tok512.bin']);
    expect(describeStored(dir).tokenizer?.vocabSize).toBe(512);
  });

  it('gets a model from the hub, and after a failure only what is missing', async () => {
    await using test = importing();
    const { requests, faults } = await serveDemo();
    const weights = 'model.safetensors';
    faults.push({ file: weights, cutAfter: 1_000_000 }, { file: weights, status: 403 });
    const failed = await test.run('hf:owner/demo@v1');
    expect(failed).toMatchObject({ status: 'failed', error: { code: 'UNAVAILABLE', message: expect.stringContaining(weights) } });
    const before = requests.length;
    await test.queue.retry(failed.id);
    const { status, result, progress } = await test.ended(failed.id);
    expect(status).toBe('succeeded');
    expect(requests.slice(before).some((line) => line.startsWith('config.json'))).toBe(false);
    expect(requests.slice(before).find((line) => line.startsWith(weights))).toMatch(/bytes=[1-9]/);
    expect(progress).not.toBeNull();
    const digest = String(result?.['artifact']);
    expect(test.lab.models.get(digest).name).toBe('demo');
    expect(readFileSync(join(test.lab.artifacts.path(digest), weights)).equals(readFileSync(join(demo, weights)))).toBe(true);
  });

  it('refuses bytes that are not those of the hub', async () => {
    await using test = importing();
    const { faults } = await serveDemo();
    faults.push({ file: 'model.safetensors', flipByte: 500_000 });
    expect(await test.run('hf:owner/demo')).toMatchObject({ status: 'failed', error: { code: 'INTEGRITY', message: expect.stringContaining('sha256') } });
    expect(test.lab.models.list({}).items).toEqual([]);
  });

  it('says what is wrong with a source', async () => {
    await using test = importing();
    expect(await test.run('/nowhere/model')).toMatchObject({ status: 'failed', error: { code: 'NOT_FOUND', message: expect.stringContaining('/nowhere/model') } });
    expect(await test.run('hf:owner')).toMatchObject({ status: 'failed', error: { code: 'INVALID_INPUT', message: expect.stringContaining('hf:owner/name') } });
  });
});
