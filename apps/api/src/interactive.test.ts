import { describeFault } from '@sextant/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testServer, until, type TestServer } from './testing/testServer';

const model = 'a'.repeat(64);
let test: TestServer;
beforeAll(async () => {
  test = await testServer();
});
afterAll(() => test[Symbol.asyncDispose]());

/** Runs a generation and gives its events; stops after `stopAfter` of them. */
function generate(prompt: string, { tokens = 5, stopAfter = Infinity, client = test.client } = {}): Promise<{ type: string }[]> {
  return new Promise((resolve, reject) => {
    const events: { type: string }[] = [];
    const subscription = client.models.generate.subscribe(
      { model, prompt, maxNewTokens: tokens },
      {
        onData(event) {
          events.push(event);
          if (events.length < stopAfter) return;
          subscription.unsubscribe();
          resolve(events);
        },
        onComplete: () => resolve(events),
        onError: reject,
      },
    );
  });
}

describe('the interactive worker, through the server', () => {
  it('streams its events in order and ends', async () => {
    const events = await generate('hello');
    expect(events).toEqual([
      ...[0, 1, 2, 3, 4].map((id) => ({ type: 'token', text: `${id} `, id })),
      { type: 'done', text: 'hello', tokens: 5, tokensPerSecond: 1 },
    ]);
  });

  it('answers others while it streams, and takes several streams at once', async () => {
    const streams = ['slow', 'slow', 'slow'].map((prompt) => generate(prompt, { tokens: 60 }));
    const { pieces } = await test.client.models.tokenize.query({ model, text: 'abc' });
    expect(pieces).toEqual(['a', 'b', 'c']);
    expect((await Promise.all(streams)).map((events) => events.length)).toEqual([61, 61, 61]);
  });

  it('stops when its listener leaves: the next call is not behind it', async () => {
    // Forty seconds' worth of tokens, left after three.
    expect(await generate('slow', { tokens: 2000, stopAfter: 3 })).toHaveLength(3);
    const began = performance.now();
    await generate('hello');
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  it('tells refusals with their code, and ends the stream instead of trying again for ever', async () => {
    await expect(generate('refuse')).rejects.toMatchObject({ message: 'no model here', data: { code: 'NOT_FOUND', sextant: 'NOT_FOUND', field: 'model' } });
    await expect(generate('break')).rejects.toMatchObject({ data: { code: 'UNPROCESSABLE_CONTENT', sextant: 'INTERNAL' } });
    await expect(test.client.evals.tasks.query()).rejects.toMatchObject({ data: { code: 'SERVICE_UNAVAILABLE', sextant: 'UNAVAILABLE' } });
    await expect(
      new Promise((resolve, reject) => {
        test.client.models.generate.subscribe({ model, prompt: 'a', messages: [{ role: 'user', content: 'b' }] }, { onData: resolve, onError: reject });
      }),
    ).rejects.toMatchObject({ message: expect.stringContaining('exactly one of prompt and messages') });
  });

  it('that dies in the middle says so to its callers, and the next one answers', async () => {
    await generate('hello');
    const first = test.server.workerPid('interactive');
    await expect(generate('crash')).rejects.toMatchObject({ message: expect.stringContaining('it is being restarted'), data: { sextant: 'UNAVAILABLE' } });
    await until(() => test.server.workerPid('interactive') !== null && test.server.workerPid('interactive') !== first);
    expect(await generate('hello')).toHaveLength(6);
  });

  it('serves the same stream to any language as plain server-sent events', async () => {
    const response = await fetch(`${test.server.url}/api/models/generate`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model, prompt: 'hi', maxNewTokens: 2 }),
    });
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    const events = (await response.text()).trim().split('\n\n').map((block) => JSON.parse(block.replace('data: ', '')));
    expect(events.map((event) => event.type)).toEqual(['token', 'token', 'done']);
  });

  it('cannot be asked through a server that is gone', async () => {
    const gone = await testServer();
    await gone[Symbol.asyncDispose]();
    const fault = describeFault(await gone.client.models.tokenize.query({ model, text: 'x' }).catch((error: unknown) => error));
    expect(fault).toMatchObject({ code: 'UNREACHABLE', message: expect.stringContaining('the server does not answer') });
  });
});
