import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { downloadModel } from './downloadModel';
import { hubSettings, listHubModel } from './hubModel';
import { parseHubReference } from './reference';
import { startTestHub, type TestHub } from './testHub';

const weights = Buffer.from(Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7 + (i >> 8)) & 255));
const folder = { 'config.json': Buffer.from('{}'), 'model.safetensors': weights, 'tokenizer.json': Buffer.from('{"a":1}'), 'onnx/model.onnx': weights, 'tf_model.h5': weights };

let dir: string;
let hub: TestHub;
const serve = async (files: Record<string, Buffer>, options = {}) => void (hub = await startTestHub('owner/name', files, options));
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'hub-'))));
afterEach(async () => {
  await hub?.close();
  rmSync(dir, { recursive: true });
});

const list = (source = 'hf:owner/name', token?: string) => listHubModel(parseHubReference(source), { endpoint: hub.endpoint, token });
const get = async (options: { signal?: AbortSignal; onProgress?: (progress: { done: number; total: number }) => void } = {}) =>
  downloadModel(await list(), { endpoint: hub.endpoint, token: undefined, dir, retryMs: 1, ...options });

describe('a model on a hub', () => {
  it('is named by owner, name, file and revision, and by nothing else', () => {
    expect(parseHubReference('hf:owner/name')).toEqual({ repository: 'owner/name', file: null, revision: 'main' });
    expect(parseHubReference('hf:a/b.c/sub/x-Q4_1.gguf@refs/pr/2')).toEqual({ repository: 'a/b.c', file: 'sub/x-Q4_1.gguf', revision: 'refs/pr/2' });
    for (const bad of ['hf:', 'hf:name', 'hf:a/../b', 'hf:a/b@../../c', 'hf:a/b/c.exe', 'hf:/a/b', 'hf:a/b?x=1', 'hf:a/b/../x.gguf']) {
      expect(() => parseHubReference(bad), bad).toThrow('names no model on the hub');
    }
  });

  it('comes from the endpoint of the environment', () => {
    expect(hubSettings({ HF_ENDPOINT: 'http://mirror/', HF_TOKEN: 't' })).toEqual({ endpoint: 'http://mirror', token: 't' });
    expect(hubSettings({})).toEqual({ endpoint: expect.stringMatching(/^https:/), token: undefined });
  });

  it('is its folder: weights that can be read, and texts', async () => {
    await serve({ ...folder, 'pytorch_model.bin': weights });
    const { commit, files } = await list('hf:owner/name@v1');
    expect(commit).toMatch(/^c0ffee/);
    expect(files.map(({ path }) => path)).toEqual(['config.json', 'model.safetensors', 'tokenizer.json']);
    expect(files.map(({ checksum }) => checksum.algorithm)).toEqual(['git', 'sha256', 'git']);
  });

  it('is a GGUF file where there is one, or the one that is named', async () => {
    await serve({ 'README.md': Buffer.from('x'), 'a-Q4_0.gguf': weights, 'a-Q8_0.gguf': weights });
    await expect(list()).rejects.toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining('hf:owner/name/a-Q4_0.gguf') });
    expect((await list('hf:owner/name/a-Q8_0.gguf')).files.map(({ path }) => path)).toEqual(['a-Q8_0.gguf']);
    await expect(list('hf:owner/name/b.gguf')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is missed by its name: repository, revision, token, server', async () => {
    await serve(folder, { token: 'secret' });
    expect((await list('hf:owner/name', 'secret')).files.length).toBe(3);
    await expect(list()).rejects.toMatchObject({ code: 'NOT_FOUND', message: expect.stringContaining('HF_TOKEN') });
    await expect(list('hf:owner/name@nowhere', 'secret')).rejects.toMatchObject({ code: 'NOT_FOUND', message: expect.stringContaining('owner/name@nowhere') });
    await expect(list('hf:owner/other', 'secret')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(listHubModel(parseHubReference('hf:a/b'), { endpoint: 'http://127.0.0.1:9', token: undefined })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});

describe('a download', () => {
  it('puts whole files in place and counts the bytes of all', async () => {
    await serve(folder);
    const seen: number[] = [];
    let of = 0;
    await get({ onProgress: ({ done, total }) => void (seen.push(done), (of = total)) });
    expect(readFileSync(join(dir, 'model.safetensors'))).toEqual(weights);
    expect(seen.at(-1)).toBe(of);
    expect([...seen].sort((a, b) => a - b)).toEqual(seen);
    expect(existsSync(join(dir, 'model.safetensors.part'))).toBe(false);
  });

  it('goes on where the connection broke', async () => {
    await serve(folder);
    hub.faults.push({ file: 'model.safetensors', cutAfter: 100_000 }, { file: 'model.safetensors', status: 503 }, { file: 'model.safetensors', cutAfter: 50_000 });
    await get();
    expect(readFileSync(join(dir, 'model.safetensors'))).toEqual(weights);
    const asked = hub.requests.filter((line) => line.startsWith('model.safetensors')).map((line) => line.split(' ')[1]!);
    expect(asked[0]).toBe('all');
    // Whatever reached the disk of what was sent before the cut is not asked for again.
    expect(asked.slice(1).every((range) => /^bytes=\d+-$/.test(range))).toBe(true);
    expect(Number(/\d+/.exec(asked.at(-1)!)![0])).toBeGreaterThan(0);
  });

  it('goes on after the process ended', async () => {
    await serve(folder);
    writeFileSync(join(dir, 'model.safetensors.part'), weights.subarray(0, 123_456));
    await get();
    expect(hub.requests).toContain('model.safetensors bytes=123456-');
    expect(readFileSync(join(dir, 'model.safetensors'))).toEqual(weights);
    hub.requests.length = 0;
    await get();
    expect(hub.requests).toEqual([]);
  });

  it('begins anew where the server knows no ranges', async () => {
    await serve(folder);
    hub.ranges = false;
    writeFileSync(join(dir, 'model.safetensors.part'), weights.subarray(0, 1000));
    await get();
    expect(readFileSync(join(dir, 'model.safetensors'))).toEqual(weights);
  });

  it('refuses bytes that are not the hub’s, throws them away, and gets them again', async () => {
    await serve(folder);
    for (const [file, at] of [['model.safetensors', 200_000], ['tokenizer.json', 3]] as const) {
      hub.faults.push({ file, flipByte: at });
      await expect(get(), file).rejects.toMatchObject({ code: 'INTEGRITY', message: expect.stringMatching(new RegExp(`${file}.*thrown away`)) });
      expect(existsSync(join(dir, file)) || existsSync(join(dir, `${file}.part`))).toBe(false);
    }
    await get();
    expect(readFileSync(join(dir, 'tokenizer.json'))).toEqual(folder['tokenizer.json']);
  });

  it('refuses what an earlier attempt left damaged', async () => {
    await serve(folder);
    writeFileSync(join(dir, 'model.safetensors.part'), Buffer.alloc(1000));
    await expect(get()).rejects.toMatchObject({ code: 'INTEGRITY' });
    await get();
    expect(readFileSync(join(dir, 'model.safetensors'))).toEqual(weights);
  });

  it('stops when it is told to, and keeps what came', async () => {
    await serve(folder);
    hub.faults.push({ file: 'model.safetensors', cutAfter: 100_000 });
    const stop = new AbortController();
    const reason = new Error('cancelled by the test');
    await expect(get({ signal: stop.signal, onProgress: ({ done }) => done > 10_000 && stop.abort(reason) })).rejects.toThrow();
    expect(statSync(join(dir, 'model.safetensors.part')).size).toBeGreaterThan(10_000);
  });

  it('gives up on a hub that fails again and again, and says what it keeps', async () => {
    await serve(folder);
    for (let i = 0; i < 5; i++) hub.faults.push({ file: 'model.safetensors', status: 500 });
    await expect(get()).rejects.toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('0 of 300000 bytes are kept') });
  });
});
