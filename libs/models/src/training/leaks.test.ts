import { memoryHeld, Rng, selectBackend, type MemoryHeld } from '@sextant/compute';
import { beforeAll, describe, expect, it } from 'vitest';
import { generate } from '../generate';
import { smallLlama } from '../testModel';
import { trainModel } from './trainModel';

const growth = 4 * 2 ** 20;

function expectNoGrowth(early: MemoryHeld, late: MemoryHeld): void {
  expect(late.tensors).toBe(early.tensors);
  expect(late.tensorBytes).toBe(early.tensorBytes);
  expect(late.arrayBytes - early.arrayBytes).toBeLessThan(growth);
  expect(late.idleBytes - early.idleBytes).toBeLessThan(growth);
  // V8's own heap and the code it compiles are in this figure too.
  expect(late.residentBytes - early.residentBytes).toBeLessThan(16 * growth);
}

describe('memory', () => {
  beforeAll(async () => void (await selectBackend()));

  it('does not grow over a thousand steps of training', { timeout: 240_000 }, async () => {
    const model = smallLlama({ initializer_range: 0.1 });
    const [rows, length, steps] = [16, 12, 1000];
    const rng = new Rng(9);
    const data = { tokens: Int32Array.from({ length: rows * length }, () => rng.int(29)), mask: new Uint8Array(rows * length).fill(1), length };
    const held = new Map<number, MemoryHeld>();
    const onMetrics = ({ step }: { step: number }) => void (step % 200 === 0 && held.set(step, memoryHeld()));
    await trainModel({ model, data, steps, batchSize: 4, learningRate: 1e-3, seed: 5, onMetrics });
    model.dispose();
    expectNoGrowth(held.get(200)!, held.get(steps)!);
  });

  it('does not grow over a thousand generated tokens', { timeout: 240_000 }, async () => {
    const model = smallLlama();
    const held: MemoryHeld[] = [];
    for (let part = 0; part < 50; part++) {
      await generate(model, [[3, 1, 4], [9, 2]], { maxNewTokens: 20, stop: [], temperature: 1, seed: part });
      if (part % 10 === 9) held.push(memoryHeld());
    }
    model.dispose();
    expectNoGrowth(held[0]!, held.at(-1)!);
  });
});
