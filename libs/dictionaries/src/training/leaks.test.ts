import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { memoryHeld, selectBackend, type MemoryHeld } from '@sextant/compute';
import { trainDictionary, type TrainOptions } from '../index';
import { plantedActivations } from './plantedActivations';

const [d, n, batchSize, steps] = [24, 96, 64, 1000];
const { batches } = plantedActivations({ d, batchSize });
const base = { d, n, batchSize, steps, batches, learningRate: 5e-3, metricsEvery: 50, deadWindowTokens: 512 };
const cases: Record<string, Omit<TrainOptions, keyof typeof base>> = {
  // The window is short and k small, so that features die and the auxiliary loss runs.
  topk: { architecture: 'topk', options: { k: 3 } },
  standard: { architecture: 'standard', options: { l1: 2 } },
};

// A step of these sizes holds some 0.2 MB; one array of it kept each step would be at least 20 MB.
const growth = 4 * 2 ** 20;

beforeAll(async () => void (await selectBackend()));

describe('a thousand steps', () => {
  it.each(Object.keys(cases))('of %s hold as much memory at the end as after the first fifth', { timeout: 240_000 }, async (name) => {
    const held = new Map<number, MemoryHeld>();
    const onMetrics: TrainOptions['onMetrics'] = ({ step }) => void (step % 200 === 0 && held.set(step, memoryHeld()));
    const { dictionary } = await trainDictionary({ ...base, ...cases[name]!, onMetrics });
    dictionary.dispose();
    const [early, late] = [held.get(200)!, held.get(steps)!];
    expect(late.tensors).toBe(early.tensors);
    expect(late.tensorBytes).toBe(early.tensorBytes);
    expect(late.arrayBytes - early.arrayBytes).toBeLessThan(growth);
    expect(late.idleBytes - early.idleBytes).toBeLessThan(growth);
    // V8's own heap and the code it compiles are in this figure too.
    expect(late.residentBytes - early.residentBytes).toBeLessThan(16 * growth);
  });

  it('cancelled leave no tensor behind and nothing running', async () => {
    const before = memoryHeld().tensors;
    const cancel = new AbortController();
    const run = trainDictionary({ ...base, ...cases.topk!, signal: cancel.signal, onMetrics: ({ step }) => void (step === 100 && cancel.abort()) });
    await expect(run).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(memoryHeld().tensors).toBe(before);
    const [used, from] = [process.cpuUsage(), performance.now()];
    await sleep(300);
    const { user, system } = process.cpuUsage(used);
    expect((user + system) / 1000).toBeLessThan((performance.now() - from) / 2);
  });
});
