import * as tf from '@tensorflow/tfjs';
import { afterEach, describe, expect, it } from 'vitest';
import { listBackends, selectBackend } from './select';

describe('selectBackend', () => {
  const wanted = process.env.SEXTANT_BACKEND;
  afterEach(() => {
    if (wanted === undefined) delete process.env.SEXTANT_BACKEND;
    else process.env.SEXTANT_BACKEND = wanted;
  });

  it('takes the first backend that is present, and says so', async () => {
    delete process.env.SEXTANT_BACKEND;
    const lines: string[] = [];
    const info = await selectBackend({ log: (line) => lines.push(line) });
    const first = (await listBackends()).find((backend) => backend.present);
    expect(info.name).toBe(first?.name);
    expect(tf.getBackend()).toBe(info.name);
    expect(info.reason).toMatch(/^the best backend present/);
    expect(lines).toEqual([`backend ${info.name}: ${info.isa}, ${info.threads} thread(s) (${info.reason})`]);
  });

  it('takes the one SEXTANT_BACKEND names, and a name in code before that', async () => {
    process.env.SEXTANT_BACKEND = 'wasm';
    expect((await selectBackend()).name).toBe('wasm');
    expect((await selectBackend({ name: 'cpu' })).name).toBe('cpu');
  });

  it('refuses a backend it does not know, naming those it does', async () => {
    await expect(selectBackend({ name: 'abacus' })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('choose one of native'),
    });
  });

  it('lists every backend with what it runs on or why it is absent', async () => {
    const statuses = await listBackends();
    expect(statuses.map((status) => status.name)).toEqual(expect.arrayContaining(['native', 'wasm', 'cpu']));
    for (const status of statuses) expect(status.detail.length).toBeGreaterThan(0);
  });
});
