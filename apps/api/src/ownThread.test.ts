import { endOf, waitForJob } from '@sextant/client';
import { expect, it } from 'vitest';
import { counting, testServer, until } from './testing/testServer';

const workerEntry = new URL('../../worker/src/testing/threadedWorker.ts', import.meta.url);

it('a worker that computes on a thread of its own runs jobs, cancels them, answers and stops as any other', async () => {
  await using test = await testServer({ workerEntry });
  const { jobId } = await test.client.corpora.create.mutate(counting(20));
  expect((await waitForJob(test.client, jobId)).result?.['artifact']).toMatch(/^[0-9a-f]{64}$/);

  const { jobId: long } = await test.client.corpora.create.mutate(counting(100_000));
  await until(async () => ((await test.client.jobs.get.query({ id: long })).progress?.done ?? 0) > 10);
  await test.client.jobs.cancel.mutate({ id: long });
  expect((await endOf(test.client, long)).status).toBe('cancelled');

  // The interactive worker too answers through its main thread.
  const { ids } = await test.client.models.tokenize.query({ model: 'a'.repeat(64), text: 'abc' });
  expect(ids).toEqual([0, 1, 2]);

  const stopped = performance.now();
  await test.server.close();
  expect(performance.now() - stopped).toBeLessThan(8_000);
});
