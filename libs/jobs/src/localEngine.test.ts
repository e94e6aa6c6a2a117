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
  it('gives each job to one worker, oldest first', () => {
    using test = queueWithClock();
    const { engine } = test.queue;
    const [a, b] = [test.queue.enqueue({ kind, spec }), test.queue.enqueue({ kind, spec: { path: '/models/b' } })];
    expect([engine.claim('w1')?.id, engine.claim('w2')?.id, engine.claim('w3')]).toEqual([a.id, b.id, null]);
    expect(test.queue.get(a.id)).toMatchObject({ status: 'running', attempts: 1 });
  });

  it('gives a job to another worker only once its lease has run out', () => {
    using test = queueWithClock({ leaseMs: 8_000 });
    const { engine } = test.queue;
    const { id } = test.queue.enqueue({ kind, spec });
    engine.claim('w1');
    test.clock.ms += 7_000;
    expect(engine.renew(id, 'w1')).toBe('held');
    test.clock.ms += 7_000;
    expect(engine.claim('w2')).toBeNull();
    test.clock.ms += 1_001;
    expect(engine.claim('w2')).toMatchObject({ id, attempts: 2 });
    expect(engine.renew(id, 'w1')).toBe('lost');
    expect(engine.finish(id, 'w1', { status: 'succeeded', result: {} })).toBe(false);
    expect(engine.finish(id, 'w2', { status: 'succeeded', result: { artifact: 'x' } })).toBe(true);
    expect(test.queue.get(id)).toMatchObject({ status: 'succeeded', result: { artifact: 'x' } });
  });

  it('frees a dead worker\'s job at once, and gives up a job that kills every worker', () => {
    using test = queueWithClock({ maxCrashes: 2 });
    const { engine } = test.queue;
    const { id } = test.queue.enqueue({ kind, spec });
    for (const owner of ['w1', 'w2']) {
      expect(engine.claim(owner)?.id).toBe(id);
      engine.ownerLost(owner);
      expect(test.queue.get(id).status).toBe('queued');
    }
    engine.claim('w3');
    engine.ownerLost('w3');
    expect(test.queue.get(id)).toMatchObject({ status: 'failed', attempts: 3 });
    expect(test.queue.get(id).error?.message).toMatch(/3 workers in a row died on this job/);
    test.queue.retry(id);
    expect(engine.claim('w4')).toMatchObject({ id, status: 'running', error: null });
  });

  it('does not count an orderly release as a crash', () => {
    using test = queueWithClock({ maxCrashes: 0 });
    const { engine } = test.queue;
    const { id } = test.queue.enqueue({ kind, spec });
    for (const owner of ['w1', 'w2', 'w3']) {
      expect(engine.claim(owner)?.id).toBe(id);
      engine.release(id, owner, 'shut down');
    }
    expect(test.queue.get(id)).toMatchObject({ status: 'queued', attempts: 3 });
  });

  it('cancels a waiting job at once, a running one through its worker, and a dead worker\'s when it is found', () => {
    using test = queueWithClock();
    const { engine } = test.queue;
    const waiting = test.queue.enqueue({ kind, spec });
    expect(test.queue.cancel(waiting.id).status).toBe('cancelled');
    expect(test.queue.cancel(waiting.id).status).toBe('cancelled');
    const running = test.queue.enqueue({ kind, spec });
    engine.claim('w1');
    expect(test.queue.cancel(running.id)).toMatchObject({ status: 'running', cancelRequested: true });
    expect(engine.renew(running.id, 'w1')).toBe('cancel-requested');
    test.clock.ms += 5_000;
    expect(engine.overdue(4_000)).toEqual([{ id: running.id, owner: 'w1' }]);
    engine.ownerLost('w1');
    expect(test.queue.get(running.id).status).toBe('cancelled');
    expect(() => test.queue.retry(test.queue.enqueue({ kind, spec }).id)).toThrow(/is queued; only a failed or cancelled job/);
  });

  it('refuses to cancel what has ended', () => {
    using test = queueWithClock();
    const { id } = test.queue.enqueue({ kind, spec });
    test.queue.engine.claim('w1');
    test.queue.engine.finish(id, 'w1', { status: 'succeeded', result: {} });
    expect(() => test.queue.cancel(id)).toThrow(/has already succeeded/);
  });

  it('names the field of a bad spec, and an experiment that is not there', () => {
    using test = queueWithClock();
    expect(() => test.queue.enqueue({ kind, spec: { path: 7 } })).toThrow(/model\.import: path:/);
    expect(() => test.queue.enqueue({ kind, spec, experiment: 'exp_none' })).toThrow(/no experiment exp_none/);
  });

  it('writes every change of status as an event, in order', () => {
    using test = queueWithClock();
    const { id } = test.queue.enqueue({ kind, spec });
    test.queue.engine.claim('w1');
    test.queue.engine.ownerLost('w1');
    test.queue.engine.claim('w2');
    test.queue.engine.finish(id, 'w2', { status: 'failed', error: { code: 'INVALID_FILE', message: 'bad', detail: {} } });
    const events = test.queue.events.after(0, { job: id });
    expect(events.map((event) => event.type === 'status' && event.payload.status)).toEqual(['queued', 'running', 'queued', 'running', 'failed']);
    expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
    expect(test.queue.events.after(3).map(({ seq }) => seq)).toEqual([4, 5]);
  });
});
