import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SextantError, type LabEvent } from '@sextant/schema';
import { temporaryLab } from '@sextant/store/testing';
import { describe, expect, it } from 'vitest';
import { EventHub, JobQueue, runWorker, type Executor, type JobContext } from './index';

type Work = (context: JobContext<'model.import'>) => Promise<Record<string, unknown>>;

/** Runs one model.import job with `work` until its end or until `stop` is called. */
async function workerFor(work: Work, settings: { graceMs?: number } = {}) {
  const lab = temporaryLab();
  const queue = new JobQueue(lab);
  const executor: Executor<'model.import'> = { kind: 'model.import', run: work };
  const stop = new AbortController();
  const { id } = await queue.enqueue({ kind: 'model.import', spec: { path: '/m' } });
  const start = (owner: string, signal = stop.signal) =>
    runWorker({ lab, queue, owner, signal, executors: { 'model.import': async () => executor }, idleMs: 10, heartbeatMs: 20, progressMs: 50, ...settings });
  const ended = async () => {
    while (['queued', 'running'].includes(queue.get(id).status)) await sleep(5);
    stop.abort();
    return queue.get(id);
  };
  return { lab, queue, id, start, stop, ended, [Symbol.dispose]: () => lab[Symbol.dispose]() };
}

describe('runWorker', () => {
  it('hands the executor its parsed spec and its folder, keeps the result, and clears the folder', async () => {
    let seen = '';
    using test = await workerFor(async ({ spec, dir, resumed }) => {
      seen = `${spec.path} ${resumed}`;
      writeFileSync(join(dir, 'checkpoint'), 'x');
      return { artifact: 'abc' };
    });
    const worker = test.start('w1');
    expect(await test.ended()).toMatchObject({ status: 'succeeded', result: { artifact: 'abc' }, error: null });
    expect(await worker).toBe('stopped');
    expect(seen).toBe('/m false');
    expect(existsSync(join(test.lab.dir, 'jobs', test.id))).toBe(false);
  });

  it('writes many reports as a few, every metric once, and the last report always', async () => {
    using test = await workerFor(async ({ progress }) => {
      for (let step = 1; step <= 500; step += 1) progress({ stage: 'train', done: step, total: 500, unit: 'steps', metrics: { loss: 1 / step, bad: NaN } });
      return {};
    });
    void test.start('w1');
    const job = await test.ended();
    expect(job.progress).toMatchObject({ done: 500, total: 500 });
    const points = test.queue.metrics.points(test.id);
    expect(points).toHaveLength(500);
    expect(points[1]).toEqual({ name: 'loss', step: 2, value: 0.5 });
    expect(test.queue.metrics.curve(test.id)[499]).toEqual({ step: 500, loss: 1 / 500 });
    expect(test.queue.events.after(0).filter((event) => event.type === 'progress')).toHaveLength(1);
  });

  it('stops a job within a second of its cancellation even when it never awaits more than a turn', async () => {
    using test = await workerFor(async ({ signal, progress }) => {
      for (let done = 0; ; done += 1) {
        signal.throwIfAborted();
        progress({ stage: 's', done, total: 1e9, unit: 'turns' });
        await new Promise(setImmediate);
      }
    });
    void test.start('w1');
    while (test.queue.get(test.id).progress === null) await sleep(5);
    const asked = performance.now();
    await test.queue.cancel(test.id);
    expect((await test.ended()).status).toBe('cancelled');
    expect(performance.now() - asked).toBeLessThan(1_000);
  });

  it('returns its job to the queue when it is stopped, and the next worker resumes it from its folder', async () => {
    using test = await workerFor(async ({ dir, signal, resumed }) => {
      if (resumed) return { resumed, kept: existsSync(join(dir, 'half')) };
      writeFileSync(join(dir, 'half'), 'x');
      await sleep(60_000, undefined, { signal });
      return {};
    });
    const first = new AbortController();
    const worker = test.start('w1', first.signal);
    while (!existsSync(join(test.lab.dir, 'jobs', test.id, 'half'))) await sleep(5);
    first.abort();
    expect(await worker).toBe('stopped');
    expect(test.queue.get(test.id).status).toBe('queued');
    void test.start('w2');
    expect(await test.ended()).toMatchObject({ status: 'succeeded', attempts: 2, result: { resumed: true, kept: true } });
  });

  it('says it is stuck when an executor will not stop, so that its process can be ended', async () => {
    using test = await workerFor(async () => new Promise<never>(() => {}), { graceMs: 50 });
    const worker = test.start('w1');
    while (test.queue.get(test.id).status !== 'running') await sleep(5);
    await test.queue.cancel(test.id);
    expect(await worker).toBe('stuck');
    expect(test.queue.get(test.id).status).toBe('cancelled');
  });

  it('keeps a failure\'s code, message and place, and goes on to the next job', async () => {
    let calls = 0;
    using test = await workerFor(async () => {
      calls += 1;
      if (calls === 1) throw new SextantError('INVALID_FILE', 'config.json: vocab_size is missing', { file: 'config.json', field: 'vocab_size' });
      return {};
    });
    const next = await test.queue.enqueue({ kind: 'model.import', spec: { path: '/n' } });
    void test.start('w1');
    while (test.queue.get(next.id).status !== 'succeeded') await sleep(5);
    expect((await test.ended()).error).toEqual({
      code: 'INVALID_FILE',
      message: 'config.json: vocab_size is missing',
      detail: { file: 'config.json', field: 'vocab_size' },
    });
  });

  it('fails a job of a kind it has no executor for', async () => {
    using test = await workerFor(async () => ({}));
    const other = await test.queue.enqueue({ kind: 'vector.make', spec: { name: 'v', model: 'a'.repeat(64), hook: 'hook_embed', method: 'random' } });
    void test.start('w1');
    while (test.queue.get(other.id).status !== 'failed') await sleep(5);
    expect(test.queue.get(other.id).error).toMatchObject({ code: 'UNAVAILABLE', message: 'this worker cannot do vector.make jobs' });
    await test.ended();
  });
});

describe('EventHub', () => {
  it('replays, then follows, without a gap or a repeat while a worker writes', async () => {
    using test = await workerFor(async ({ log }) => {
      for (let line = 0; line < 200; line += 1) {
        log(String(line));
        if (line % 10 === 0) await sleep(1);
      }
      return {};
    });
    const hub = new EventHub(test.queue, 5);
    const collect = async (after: number | null, enough: (event: LabEvent) => boolean) => {
      const events: LabEvent[] = [];
      for await (const event of hub.follow({ job: test.id, after })) {
        events.push(event);
        if (enough(event)) break;
      }
      return events;
    };
    const over = (event: LabEvent) => event.type === 'status' && event.payload.status === 'succeeded';
    const whole = collect(0, over);
    const part = collect(null, over);
    void test.start('w1');
    const lines = (events: LabEvent[]) => events.flatMap((event) => (event.type === 'log' ? [Number(event.payload.line)] : []));
    const expected = Array.from({ length: 200 }, (_, line) => line);
    expect(lines(await whole)).toEqual(expected);
    expect(lines(await part)).toEqual(expected);
    const seen = await collect(0, (event) => event.type === 'log' && event.payload.line === '120');
    expect(lines(await collect(seen.at(-1)?.seq ?? 0, over))).toEqual(expected.slice(121));
    await test.ended();
  });

  it('ends when its listener is gone', async () => {
    using test = await workerFor(async () => ({}));
    const gone = new AbortController();
    const listening = (async () => {
      for await (const _event of new EventHub(test.queue, 5).follow({ after: null, signal: gone.signal }));
    })();
    setTimeout(() => gone.abort(), 20);
    await expect(listening).resolves.toBeUndefined();
  });
});
