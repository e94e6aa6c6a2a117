import { temporaryLab } from '@sextant/store/testing';
import { describe, expect, it } from 'vitest';
import { JobQueue } from './index';

const spec = { path: '/models/a' };
const kind = 'model.import';

/** A queue on an empty lab with a clock that only moves when told. */
function queueWithClock(options: { leaseMs?: number; maxCrashes?: number } = {}) {
  const lab = temporaryLab();
  const clock = { ms: 1_000_000 };
  return { lab, clock, queue: new JobQueue(lab, { ...options, now: () => clock.ms }), [Symbol.dispose]: () => lab[Symbol.dispose]() };
}

describe('the local engine', () => {
  it('gives each job to one worker, oldest first', async () => {
    using test = queueWithClock();
    const { engine } = test.queue;
    const [a, b] = [await test.queue.enqueue({ kind, spec }), await test.queue.enqueue({ kind, spec: { path: '/models/b' } })];
    expect([(await engine.claim('w1'))?.id, (await engine.claim('w2'))?.id, await engine.claim('w3')]).toEqual([a.id, b.id, null]);
    expect(test.queue.get(a.id)).toMatchObject({ status: 'running', attempts: 1 });
  });

  it('gives a job to another worker only once its lease has run out', async () => {
    using test = queueWithClock({ leaseMs: 8_000 });
    const { engine } = test.queue;
    const { id } = await test.queue.enqueue({ kind, spec });
    await engine.claim('w1');
    test.clock.ms += 7_000;
    expect(await engine.renew(id, 'w1')).toBe('held');
    test.clock.ms += 7_000;
    expect(await engine.claim('w2')).toBeNull();
    test.clock.ms += 1_001;
    expect(await engine.claim('w2')).toMatchObject({ id, attempts: 2 });
    expect(await engine.renew(id, 'w1')).toBe('lost');
    expect(await engine.finish(id, 'w1', { status: 'succeeded', result: {} })).toBe(false);
    expect(await engine.finish(id, 'w2', { status: 'succeeded', result: { artifact: 'x' } })).toBe(true);
    expect(test.queue.get(id)).toMatchObject({ status: 'succeeded', result: { artifact: 'x' } });
  });

  it('frees a dead worker\'s job at once, and gives up a job that kills every worker', async () => {
    using test = queueWithClock({ maxCrashes: 2 });
    const { engine } = test.queue;
    const { id } = await test.queue.enqueue({ kind, spec });
    for (const owner of ['w1', 'w2']) {
      expect((await engine.claim(owner))?.id).toBe(id);
      await engine.ownerLost(owner);
      expect(test.queue.get(id).status).toBe('queued');
    }
    await engine.claim('w3');
    await engine.ownerLost('w3');
    expect(test.queue.get(id)).toMatchObject({ status: 'failed', attempts: 3 });
    expect(test.queue.get(id).error?.message).toMatch(/3 workers in a row died on this job/);
    await test.queue.retry(id);
    expect(await engine.claim('w4')).toMatchObject({ id, status: 'running', error: null });
  });

  it('does not count an orderly release as a crash', async () => {
    using test = queueWithClock({ maxCrashes: 0 });
    const { engine } = test.queue;
    const { id } = await test.queue.enqueue({ kind, spec });
    for (const owner of ['w1', 'w2', 'w3']) {
      expect((await engine.claim(owner))?.id).toBe(id);
      await engine.release(id, owner, 'shut down');
    }
    expect(test.queue.get(id)).toMatchObject({ status: 'queued', attempts: 3 });
  });

  it('cancels a waiting job at once, a running one through its worker, and a dead worker\'s when it is found', async () => {
    using test = queueWithClock();
    const { engine } = test.queue;
    const waiting = await test.queue.enqueue({ kind, spec });
    expect((await test.queue.cancel(waiting.id)).status).toBe('cancelled');
    expect((await test.queue.cancel(waiting.id)).status).toBe('cancelled');
    const running = await test.queue.enqueue({ kind, spec });
    await engine.claim('w1');
    expect(await test.queue.cancel(running.id)).toMatchObject({ status: 'running', cancelRequested: true });
    expect(await engine.renew(running.id, 'w1')).toBe('cancel-requested');
    test.clock.ms += 5_000;
    expect(await engine.overdue(4_000)).toEqual([{ id: running.id, owner: 'w1' }]);
    await engine.ownerLost('w1');
    expect(test.queue.get(running.id).status).toBe('cancelled');
    const queued = await test.queue.enqueue({ kind, spec });
    await expect(test.queue.retry(queued.id)).rejects.toThrow(/is queued; only a failed or cancelled job/);
  });

  it('refuses to cancel what has ended', async () => {
    using test = queueWithClock();
    const { id } = await test.queue.enqueue({ kind, spec });
    await test.queue.engine.claim('w1');
    await test.queue.engine.finish(id, 'w1', { status: 'succeeded', result: {} });
    await expect(test.queue.cancel(id)).rejects.toThrow(/has already succeeded/);
  });

  it('names the field of a bad spec, and an experiment that is not there', async () => {
    using test = queueWithClock();
    await expect(test.queue.enqueue({ kind, spec: { path: 7 } })).rejects.toThrow(/model\.import: path:/);
    await expect(test.queue.enqueue({ kind, spec, experiment: 'exp_none' })).rejects.toThrow(/no experiment exp_none/);
  });

  it('writes every change of status as an event, in order', async () => {
    using test = queueWithClock();
    const { id } = await test.queue.enqueue({ kind, spec });
    await test.queue.engine.claim('w1');
    await test.queue.engine.ownerLost('w1');
    await test.queue.engine.claim('w2');
    await test.queue.engine.finish(id, 'w2', { status: 'failed', error: { code: 'INVALID_FILE', message: 'bad', detail: {} } });
    const events = test.queue.events.after(0, { job: id });
    expect(events.map((event) => event.type === 'status' && event.payload.status)).toEqual(['queued', 'running', 'queued', 'running', 'failed']);
    expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
    expect(test.queue.events.after(3).map(({ seq }) => seq)).toEqual([4, 5]);
  });
});
