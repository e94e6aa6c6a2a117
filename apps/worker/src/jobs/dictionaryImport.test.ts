import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { verifyDictionaryAt } from '@sextant/dictionaries';
import { JobQueue, runWorker } from '@sextant/jobs';
import type { JobSpecInput } from '@sextant/schema';
import { temporaryLab } from '@sextant/store/testing';
import { describe, expect, it } from 'vitest';
import { dictionariesDescribe } from '../interactive/dictionariesDescribe';
import { dictionaryImport } from './dictionaryImport';

const shared = process.env['SEXTANT_SHARED'] ?? fileURLToPath(new URL('../../../../../shared', import.meta.url));
const fixture = (...parts: string[]) => join(shared, 'fixtures/dictionaries', ...parts);

/** A lab with a worker that knows one kind of job. */
function importing() {
  const lab = temporaryLab();
  const queue = new JobQueue(lab);
  const stop = new AbortController();
  const worker = runWorker({ lab, queue, owner: 'test', signal: stop.signal, executors: { 'dictionary.import': async () => dictionaryImport }, idleMs: 10 });
  const run = async (spec: JobSpecInput<'dictionary.import'>) => {
    const { id } = await queue.enqueue({ kind: 'dictionary.import', spec });
    while (['queued', 'running'].includes(queue.get(id).status)) await sleep(10);
    return queue.get(id);
  };
  return {
    lab, run,
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await worker;
      lab[Symbol.dispose]();
    },
  };
}

describe.skipIf(!existsSync(fixture()))('adding a dictionary (needs the shared fixtures)', () => {
  it.each([
    ['dictionary_learning/jumprelu', 'dictionary_learning', 'jumprelu'],
    ['sparsify/skip_transcoder', 'sparsify', 'topk_skip_transcoder'],
    ['openai/topk_layer_norm/autoencoder.pt', 'OpenAI', 'topk'],
    ['gemma_scope/res', 'Gemma Scope', 'jumprelu'],
    ['sae_lens/gated', 'SAELens', 'gated'],
  ])('%s keeps its numbers, its format and the hashes of its files', async (path, format, architecture) => {
    await using test = importing();
    const { result, error } = await test.run({ path: fixture(path), name: 'one', hook: 'blocks.1.hook_resid_post' });
    expect(error).toBeNull();
    const digest = String(result?.['artifact']);
    expect(test.lab.dictionaries.get(digest)).toMatchObject({ name: 'one', architecture, hook: 'blocks.1.hook_resid_post', trainedTokens: null });
    const { references } = verifyDictionaryAt(fixture(path));
    expect(verifyDictionaryAt(test.lab.artifacts.path(digest), references).passed).toBe(true);
    const context = { lab: test.lab, signal: AbortSignal.timeout(10_000), log: () => undefined };
    const described = dictionariesDescribe({ dictionary: digest }, context)[Symbol.asyncIterator]();
    const { metadata } = (await described.next()).value;
    const [weights] = metadata.imported_from.files;
    expect(metadata.imported_from.format).toBe(format);
    expect(weights.sha256).toMatch(/^[0-9a-f]{64}$/);
    if (path.endsWith('.pt')) expect(weights.sha256).toBe(createHash('sha256').update(readFileSync(fixture(path))).digest('hex'));
  });

  it('refuses a hostile file and leaves nothing behind', async () => {
    await using test = importing();
    const hostile = await test.run({ path: fixture('hostile/nan_weight') });
    expect(hostile).toMatchObject({ status: 'failed', error: { code: 'INVALID_FILE', message: expect.stringMatching(/W_enc.*NaN/) } });
    expect(test.lab.dictionaries.list({}).items).toEqual([]);
  });
});
