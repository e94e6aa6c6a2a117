import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createClient, endOf, waitForJob } from '@sextant/client';
import type { JobProgress, LabEvent } from '@sextant/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { counting, testServer, until, type TestServer } from './testing/testServer';

const serverMain = fileURLToPath(new URL('./testing/main.ts', import.meta.url));
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

const resumptions = (log: readonly { line: string }[]) => log.filter(({ line }) => line.startsWith('resumed at'));

// One server for all that leaves it as it was; those that stop it or its clock have their own.
let test: TestServer;
beforeAll(async () => {
  test = await testServer();
});
afterAll(() => test[Symbol.asyncDispose]());

describe('a job, over the real server, client, SQLite and worker', () => {
  it('runs, tells its progress live, and leaves an artifact, a curve and a log', async () => {
    const { jobId } = await test.client.corpora.create.mutate(counting(60));
    const seen: JobProgress[] = [];
    const job = await waitForJob(test.client, jobId, { onProgress: (progress) => seen.push(progress) });
    expect(job.status).toBe('succeeded');
    expect(job.attempts).toBe(1);
    expect(seen.length).toBeGreaterThan(2);
    expect(seen.at(-1)).toMatchObject({ stage: 'count', done: 60, total: 60, unit: 'numbers' });
    expect(seen.some((progress) => progress.rate !== null && progress.rate > 0 && progress.etaSeconds !== null)).toBe(true);
    expect(job.log.map(({ line }) => line)).toEqual(['started']);
    expect(job.metricPoints).toHaveLength(60);
    expect(job.metricPoints.at(-1)).toEqual({ name: 'square', step: 60, value: 59 * 59 });
    const artifact = await test.client.artifacts.get.query({ digest: String(job.result?.['artifact']) });
    expect(artifact).toMatchObject({ kind: 'corpus', name: 'counts', job: jobId });
  });

  it('starts once for one idempotency key, and refuses the key for other work', async () => {
    const { id: experimentId } = await test.client.experiments.create.mutate({ name: 'once', kind: 'test' });
    const own = { idempotencyKey: 'first-light:corpus', experimentId };
    const first = await test.client.corpora.create.mutate({ ...counting(2), ...own });
    expect(await test.client.corpora.create.mutate({ ...counting(2), ...own })).toEqual(first);
    await expect(test.client.corpora.create.mutate({ ...counting(3), ...own })).rejects.toMatchObject({
      data: { code: 'CONFLICT', sextant: 'CONFLICT', field: 'idempotencyKey' },
    });
    expect((await test.client.jobs.list.query({ experiment: experimentId })).total).toBe(1);
    expect((await test.client.experiments.get.query({ id: experimentId })).jobs).toBe(1);
  });

  it('is cancelled within a second, keeps what it saved, and resumes from it on retry', async () => {
    const { jobId } = await test.client.corpora.create.mutate(counting(150));
    await until(async () => ((await test.client.jobs.get.query({ id: jobId })).progress?.done ?? 0) > 10);
    const asked = performance.now();
    await test.client.jobs.cancel.mutate({ id: jobId });
    const cancelled = await endOf(test.client, jobId);
    expect(cancelled.status).toBe('cancelled');
    expect(performance.now() - asked).toBeLessThan(1_500);
    await expect(waitForJob(test.client, jobId)).rejects.toMatchObject({ code: 'CANCELLED' });
    const saved = JSON.parse(readFileSync(join(test.lab, 'jobs', jobId, 'count.json'), 'utf8')).length;
    expect(saved).toBeGreaterThan(10);
    await test.client.jobs.retry.mutate({ id: jobId });
    const job = await waitForJob(test.client, jobId);
    expect(job.log.map(({ line }) => line)).toEqual(['started', `resumed at ${saved}`]);
  });

  it('survives kill -9 of its worker: resumes by itself and ends with the bytes of an uninterrupted run', async () => {
    await using test = await testServer();
    const { jobId } = await test.client.corpora.create.mutate(counting(200));
    for (let kill = 1; kill <= 3; kill += 1) {
      await until(async () => {
        const { attempts, progress, status, log } = await test.client.jobs.get.query({ id: jobId });
        return attempts === kill && status === 'running' && resumptions(log).length === kill - 1 && (progress?.done ?? 0) > kill * 15;
      });
      process.kill(test.server.workerPid('jobs') ?? NaN, 'SIGKILL');
    }
    const job = await waitForJob(test.client, jobId);
    expect(job.attempts).toBe(4);
    expect(resumptions(job.log)).toHaveLength(3);
    const whole = await waitForJob(test.client, (await test.client.corpora.create.mutate(counting(200))).jobId);
    expect(whole.attempts).toBe(1);
    expect(job.result).toEqual(whole.result);
  });

  it('goes back to the queue when the server stops, and is taken up by the next one', async () => {
    await using first = await testServer();
    const { jobId } = await first.client.corpora.create.mutate(counting(150));
    await until(async () => ((await first.client.jobs.get.query({ id: jobId })).progress?.done ?? 0) > 10);
    await first.server.close();
    await using second = await testServer({ lab: first.lab });
    const job = await waitForJob(second.client, jobId);
    expect(job.attempts).toBe(2);
    expect(job.log.map(({ line }) => line).at(-1)).toMatch(/^resumed at \d+$/);
  });

  it('outlives kill -9 of the whole server: its worker stops, and the next server takes it up', async () => {
    const lab = mkdtempSync(join(tmpdir(), 'sextant-api-'));
    try {
      const killed = spawn(process.execPath, ['--import', tsx, serverMain, lab], { stdio: ['ignore', 'pipe', 'inherit'] });
      const url = await new Promise<string>((resolve) => killed.stdout.once('data', (chunk) => resolve(String(chunk).trim())));
      const client = createClient({ url });
      const { jobId } = await client.corpora.create.mutate(counting(150));
      await until(async () => ((await client.jobs.get.query({ id: jobId })).progress?.done ?? 0) > 10);
      killed.kill('SIGKILL');
      await using next = await testServer({ lab });
      const job = await waitForJob(next.client, jobId);
      expect(job.attempts).toBe(2);
      expect(job.log.map(({ line }) => line).at(-1)).toMatch(/^resumed at \d+$/);
    } finally {
      rmSync(lab, { recursive: true, force: true });
    }
  });

  it('that ignores its cancellation loses its worker, and other work goes on', async () => {
    const { jobId } = await test.client.corpora.create.mutate(counting(10, 'deaf'));
    await until(async () => (await test.client.jobs.get.query({ id: jobId })).progress?.done === 3);
    const worker = test.server.workerPid('jobs');
    await test.client.jobs.cancel.mutate({ id: jobId });
    expect((await endOf(test.client, jobId)).status).toBe('cancelled');
    const next = await waitForJob(test.client, (await test.client.corpora.create.mutate(counting(2))).jobId);
    expect(next.status).toBe('succeeded');
    expect(test.server.workerPid('jobs')).not.toBe(worker);
  });

  it('that blocks its worker is freed by killing it', async () => {
    await using test = await testServer({ overdueMs: 300 });
    const { jobId } = await test.client.corpora.create.mutate(counting(10, 'blocks'));
    await until(async () => (await test.client.jobs.get.query({ id: jobId })).progress !== null);
    await test.client.jobs.cancel.mutate({ id: jobId });
    expect((await endOf(test.client, jobId)).status).toBe('cancelled');
  });

  it('that fails says where and why, without a stack', async () => {
    const failing = (await test.client.corpora.create.mutate(counting(2, 'fails'))).jobId;
    await expect(waitForJob(test.client, failing)).rejects.toMatchObject({
      code: 'INVALID_FILE',
      message: 'tensor W_dec of x.safetensors holds NaN',
      detail: { file: 'x.safetensors', tensor: 'W_dec' },
    });
    const breaking = (await test.client.corpora.create.mutate(counting(2, 'breaks'))).jobId;
    const job = await endOf(test.client, breaking);
    expect(job.error).toEqual({ code: 'INTERNAL', message: 'secret internals', detail: {} });
    expect(JSON.stringify(job)).not.toContain('at run');
  });
});

describe('jobs.onEvent', () => {
  it('replays what a listener missed, once each and in order, and then goes on live', async () => {
    const { jobId } = await test.client.corpora.create.mutate(counting(80));
    const listen = (lastEventId: number | null, enough: (events: LabEvent[]) => boolean) =>
      new Promise<LabEvent[]>((resolve, reject) => {
        const events: LabEvent[] = [];
        const subscription = test.client.jobs.onEvent.subscribe(
          { job: jobId, lastEventId },
          {
            onData({ id, data }) {
              expect(id).toBe(String(data.seq));
              events.push(data);
              if (!enough(events)) return;
              subscription.unsubscribe();
              resolve(events);
            },
            onError: reject,
          },
        );
      });
    const early = await listen(0, (events) => events.filter((event) => event.type === 'progress').length === 2);
    const last = early.at(-1)?.seq ?? 0;
    const late = await listen(last, (events) => events.at(-1)?.type === 'status');
    const seqs = [...early, ...late].map((event) => event.seq);
    expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b));
    expect(late.at(-1)).toMatchObject({ type: 'status', payload: { status: 'succeeded' } });
    const reached = late.flatMap((event) => (event.type === 'progress' ? [event.payload.done] : []));
    expect(reached.at(-1)).toBe(80);
    expect(reached).toEqual([...reached].sort((a, b) => a - b));
  });
});
