import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Rng, selectBackend } from '@sextant/compute';
import { harvest, openActivations, shuffleBuffer, shuffledBatches, type ActivationStore } from './index';
import { HOOK, randomRows, tableModel } from './testing/standIn';

const dir = mkdtempSync(join(tmpdir(), 'sextant-shuffle-'));
let store: ActivationStore;
/** Index of each stored token by its vector; the vectors are all different. */
let tokenOf: Map<string, number>;

beforeAll(async () => {
  await selectBackend();
  const model = tableModel({ vocabSize: 50_000, d: 3, seed: 1 });
  const corpus = randomRows({ rows: 40, contextLength: 16, vocabSize: 50_000, seed: 10 });
  await harvest({ model, corpus, hook: HOOK, outDir: dir, dtype: 'f32', batchSize: 4, shardTokens: 100 });
  model.dispose();
  store = openActivations(dir);
  const values = store.readActivations(0, store.tokens);
  tokenOf = new Map(Array.from({ length: store.tokens }, (_, token) => [values.subarray(token * 3, token * 3 + 3).join(), token]));
  expect(tokenOf.size).toBe(store.tokens);
});
afterAll(() => {
  store.close();
  rmSync(dir, { recursive: true });
});

function tokens(batch: Float32Array): number[] {
  return Array.from({ length: batch.length / 3 }, (_, row) => tokenOf.get(batch.subarray(row * 3, row * 3 + 3).join())!);
}

describe.each([
  ['a buffer that holds the store', 65536],
  ['a buffer of 64 tokens', 64],
])('shuffleBuffer, %s', (_, bufferTokens) => {
  const start = (seed: number) => shuffleBuffer(store, { batchSize: 10, bufferTokens, chunkTokens: 8, rng: new Rng(seed) });

  it('gives each token once an epoch, in an order that differs between epochs and seeds', () => {
    const epoch = (buffer: ReturnType<typeof start>) => Array.from({ length: store.tokens / 10 }, () => tokens(buffer.next())).flat();
    const whole = Math.floor(store.tokens / 10) * 10;
    const buffer = start(1);
    const seen = Array.from({ length: Math.ceil(store.tokens / 10) + 1 }, () => tokens(buffer.next())).flat();
    expect(new Set(seen.slice(0, store.tokens)).size).toBe(store.tokens);
    expect(buffer.epoch).toBe(1);
    expect(epoch(start(2)).slice(0, whole)).not.toEqual(seen.slice(0, whole));
    const second = epoch(buffer).slice(0, 50);
    expect(second).not.toEqual(seen.slice(seen.length, seen.length + 50));
  });

  it('continues bit for bit from its state, wherever that was taken', () => {
    const buffer = start(7);
    for (let batch = 0; batch < 2.5 * (store.tokens / 10); batch++) {
      const resumed = shuffleBuffer(store, JSON.parse(JSON.stringify(buffer.state())));
      const next = buffer.next();
      if (batch % 7 === 0) expect(resumed.next()).toEqual(next);
    }
    expect(JSON.stringify(buffer.state()).length).toBeLessThan(500);
  });
});

describe('shuffleBuffer', () => {
  it('mixes contexts: neighbours in the store are rarely neighbours in a batch', () => {
    const buffer = shuffleBuffer(store, { batchSize: store.tokens, rng: new Rng(4) });
    const order = tokens(buffer.next());
    const adjacent = order.filter((token, i) => i > 0 && Math.abs(token - order[i - 1]!) === 1).length;
    // Two adjacent pairs are expected in a random order.
    expect(adjacent).toBeLessThan(12);
    const firstHalf = order.slice(0, order.length / 2).reduce((sum, token) => sum + token, 0) / (order.length / 2);
    expect(Math.abs(firstHalf / store.tokens - 0.5)).toBeLessThan(0.08);
  });

  it('opens for a trainer at the beginning or at a state from JSON, and names the field of a damaged one', () => {
    const open = shuffledBatches(store, { batchSize: 8, rng: new Rng(3) });
    const buffer = open(null);
    buffer.next();
    const state: unknown = JSON.parse(JSON.stringify(buffer.state()));
    expect(open(state).next()).toEqual(buffer.next());
    expect(() => open({ epoch: 1 })).toThrow('the state of the batches is damaged: rng');
  });

  it('keeps to the first tokens of the store when asked, so that the rest stays unseen', () => {
    const buffer = shuffleBuffer(store, { batchSize: 10, bufferTokens: 64, chunkTokens: 8, tokens: 100, rng: new Rng(5) });
    const epoch = Array.from({ length: 10 }, () => tokens(buffer.next())).flat();
    expect([...epoch].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, token) => token));
    expect(Math.max(...tokens(buffer.next()))).toBeLessThan(100);
  });

  it('refuses a state of another store and sizes below one', () => {
    const state = shuffleBuffer(store, { batchSize: 4, rng: new Rng(0) }).state();
    expect(() => shuffleBuffer(store, { ...state, offset: 1e6 })).toThrow('another store');
    expect(() => shuffleBuffer(store, { ...state, tokens: store.tokens + 1 })).toThrow('another store');
    expect(() => shuffleBuffer(store, { batchSize: 0, rng: new Rng(0) })).toThrow('batchSize is 0');
  });
});
