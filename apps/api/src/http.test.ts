import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, describeFault, waitForJob } from '@sextant/client';
import { fillSampleLab } from '@sextant/store/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseRange } from './artifactRoutes';
import { counting, testServer, type TestServer } from './testing/testServer';

/** A request with any headers and a path that is sent as it stands: fetch would tidy both. */
function raw(url: string, path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<{ status: number; body: string; headers: Record<string, unknown> }> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const request = httpRequest({ hostname, port, path, method, headers }, (response) => {
      let body = '';
      response.setEncoding('latin1');
      response.on('data', (chunk: string) => (body += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body, headers: response.headers }));
    });
    request.on('error', reject);
    request.end();
  });
}

// One server for all that leaves it as it was.
let test: TestServer;
beforeAll(async () => {
  test = await testServer();
});
afterAll(() => test[Symbol.asyncDispose]());

describe('artifacts over HTTP', () => {
  it('come whole, in ranges and not at all when the client has them, under their hash', async () => {
    const { result } = await waitForJob(test.client, (await test.client.corpora.create.mutate(counting(2))).jobId);
    const digest = String(result?.['artifact']);
    const address = `${test.server.url}/artifacts/${digest}/bytes.bin`;
    const whole = await fetch(address);
    const etag = whole.headers.get('etag') ?? '';
    const { files } = await test.client.artifacts.get.query({ digest });
    expect(etag).toBe(`"${files.find((file) => file.path === 'bytes.bin')?.sha256}"`);
    expect([...new Uint8Array(await whole.arrayBuffer())]).toEqual(Array.from({ length: 256 }, (_, byte) => byte));
    const part = await fetch(address, { headers: { range: 'bytes=250-' } });
    expect([part.status, part.headers.get('content-range'), part.headers.get('content-length')]).toEqual([206, 'bytes 250-255/256', '6']);
    expect([...new Uint8Array(await part.arrayBuffer())]).toEqual([250, 251, 252, 253, 254, 255]);
    expect((await fetch(address, { headers: { range: 'bytes=256-' } })).status).toBe(416);
    expect((await fetch(address, { headers: { 'if-none-match': etag } })).status).toBe(304);
    expect((await fetch(address, { headers: { range: 'bytes=0-1', 'if-range': '"other"' } })).status).toBe(200);
    const head = await fetch(address, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '256']);
    expect(whole.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
    expect((await fetch(address.replace('bytes.bin', 'count.json'))).headers.get('content-type')).toMatch(/^application\/json/);
  });

  it('never leave the lab, however the path is written', async () => {
    const { model } = await fillSampleLab(test.server.lab);
    for (const path of ['../../lab.sqlite', '..%2f..%2flab.sqlite', '%2e%2e/%2e%2e/lab.sqlite', '%2fetc%2fpasswd', '....//lab.sqlite', 'config.json%00', '..%5c..%5clab.sqlite']) {
      const { status, body } = await raw(test.server.url, `/artifacts/${model}/${path}`);
      expect([400, 404], path).toContain(status);
      expect(body).not.toContain('SQLite format');
    }
    expect((await raw(test.server.url, `/artifacts/${'..%2f'.repeat(3)}/lab.sqlite`)).status).toBe(404);
    const file = join(test.server.lab.artifacts.path(model), 'config.json');
    unlinkSync(file);
    symlinkSync(join(test.lab, 'lab.sqlite'), file);
    expect((await raw(test.server.url, `/artifacts/${model}/config.json`)).status).toBe(422);
  });
});

describe('parseRange', () => {
  it('reads one range as RFC 9110 says, and answers whole what it need not honour', () => {
    expect(parseRange('bytes=0-0', 10)).toEqual({ start: 0, end: 0 });
    expect(parseRange('bytes=5-', 10)).toEqual({ start: 5, end: 9 });
    expect(parseRange('bytes=-3', 10)).toEqual({ start: 7, end: 9 });
    expect(parseRange('bytes=-30', 10)).toEqual({ start: 0, end: 9 });
    expect(parseRange('bytes=2-99', 10)).toEqual({ start: 2, end: 9 });
    expect(parseRange('bytes=10-', 10)).toBe('unsatisfiable');
    expect(parseRange('bytes=-0', 10)).toBe('unsatisfiable');
    for (const header of [undefined, 'bytes=', 'bytes=-', 'bytes=5-2', 'bytes=0-1,4-5', 'items=0-1', 'bytes=a-b']) expect(parseRange(header, 10), header).toBe('whole');
  });
});

describe('who may speak to the server', () => {
  it('refuses a name it does not have, and another site\'s pages', async () => {
    const { url } = test.server;
    const port = new URL(url).port;
    const status = async (headers: Record<string, string>, path = '/api/system/info', method = 'POST') => (await raw(url, path, headers, method)).status;
    expect(await status({ host: `localhost:${port}` })).toBe(200);
    expect(await status({ host: `[::1]:${port}` })).toBe(200);
    for (const host of ['evil.example', `evil.example:${port}`, 'localhost.evil.example', '127.0.0.1.evil.example', '192.168.1.4']) {
      expect(await status({ host }), host).toBe(421);
    }
    expect(await status({ origin: url })).toBe(200);
    for (const origin of ['http://evil.example', 'null', `http://localhost:${port}`, 'not a url']) expect(await status({ origin }), origin).toBe(403);
    expect(await status({ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }, '/trpc/system.info', 'GET')).toBe(403);
    expect(await status({ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }, '/health', 'GET')).toBe(200);
  });

  it('will not listen beyond this machine without a token', async () => {
    await expect(testServer({ host: '0.0.0.0' })).rejects.toMatchObject({ code: 'INVALID_INPUT', detail: { field: 'host' } });
  });

  it('with a token asks for it everywhere, takes it as a header or a session, and streams with it', async () => {
    const token = 'correct horse battery staple';
    await using test = await testServer({ host: '0.0.0.0', token });
    const url = test.server.url.replace('0.0.0.0', '127.0.0.1');
    for (const [path, method] of [['/api/system/info', 'POST'], ['/trpc/system.info', 'GET'], ['/openapi.json', 'GET'], [`/artifacts/${'a'.repeat(64)}/x`, 'GET']] as const) {
      expect((await raw(url, path, {}, method)).status, path).toBe(401);
      expect((await raw(url, path, { authorization: 'Bearer wrong' }, method)).status, path).toBe(401);
    }
    expect((await raw(url, '/health')).status).toBe(200);
    expect(describeFault(await createClient({ url }).system.info.query().catch((error: unknown) => error)).code).toMatch(/UNAUTHORIZED|UNREACHABLE/);
    const client = createClient({ url, token });
    expect((await client.system.info.query()).lab.dir).toBe(test.lab);
    await waitForJob(client, (await client.corpora.create.mutate(counting(3))).jobId);

    const page = await fetch(`${url}/`, { headers: { accept: 'text/html' } });
    expect([page.status, (await page.text()).includes('action="/session"')]).toEqual([401, true]);
    const signIn = (given: string) => fetch(`${url}/session`, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ token: given }) });
    expect((await signIn('wrong')).status).toBe(401);
    const cookie = (await signIn(token)).headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/HttpOnly; SameSite=Strict/);
    expect(cookie).not.toContain(token);
    expect((await fetch(`${url}/api/system/info`, { method: 'POST', headers: { cookie: cookie.split(';')[0] ?? '' } })).status).toBe(200);
  });
});

describe('requests', () => {
  it('with a bad field are BAD_REQUEST and name it, over tRPC and over REST alike', async () => {
    const spec = { ...counting(2), contextLength: 3 };
    await expect(test.client.corpora.create.mutate(spec)).rejects.toMatchObject({
      message: expect.stringMatching(/^contextLength: .*8.*; got 3$/),
      data: { code: 'BAD_REQUEST', httpStatus: 400, field: 'contextLength', value: '3', requestId: expect.any(String) },
    });
    const response = await fetch(`${test.server.url}/api/corpora/create`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...spec, source: { kind: 'world', tokens: -1 } }),
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: 'INVALID_INPUT', field: 'source.tokens', value: '-1' } });
    await expect(test.client.models.get.query({ digest: 'a'.repeat(64) })).rejects.toMatchObject({ data: { code: 'NOT_FOUND', sextant: 'NOT_FOUND', field: 'model' } });
  });

  it('never answer with a stack', async () => {
    await using test = await testServer();
    test.server.lab.connection.exec('DROP TABLE claim');
    const response = await fetch(`${test.server.url}/trpc/claims.list`);
    const body = await response.text();
    expect(response.status).toBe(500);
    expect(JSON.parse(body).error.data).toMatchObject({ sextant: 'INTERNAL', requestId: expect.any(String) });
    expect(body).not.toMatch(/no such table|node_modules|\.ts/);
  });

  it('that are too large, too many in one batch, or not JSON are refused', async () => {
    const post = (body: string) => fetch(`${test.server.url}/api/features/search`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    expect((await post(JSON.stringify({ text: 'x'.repeat(9 << 20) }))).status).toBe(413);
    expect((await post('{"a":')).status).toBe(400);
    const batch = Array.from({ length: 33 }, () => 'system.info').join(',');
    expect((await fetch(`${test.server.url}/trpc/${batch}?batch=1`)).status).toBe(400);
    expect((await fetch(`${test.server.url}/api/nothing/here`, { method: 'POST' })).status).toBe(404);
  });

  it('serve the committed OpenAPI document', async () => {
    const served = await (await fetch(`${test.server.url}/openapi.json`)).json();
    expect(served).toEqual(JSON.parse(readFileSync(new URL('../../../libs/router/openapi.json', import.meta.url), 'utf8')));
  });
});

describe('the workbench', () => {
  it('is served with its page for every deep link, and a strict policy', async () => {
    const workbench = mkdtempSync(join(tmpdir(), 'sextant-dist-'));
    try {
      writeFileSync(join(workbench, 'index.html'), '<!doctype html><title>Sextant</title>');
      writeFileSync(join(workbench, 'app.js'), 'export {}');
      await using test = await testServer({ workbench });
      for (const path of ['/', '/claims/claim_1?dose=2', '/features/a.b']) {
        const page = await fetch(`${test.server.url}${path}`, { headers: { accept: 'text/html' } });
        expect([page.status, await page.text()], path).toEqual([200, '<!doctype html><title>Sextant</title>']);
        expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'self'/);
        expect(page.headers.get('x-content-type-options')).toBe('nosniff');
      }
      expect(await (await fetch(`${test.server.url}/app.js`)).text()).toBe('export {}');
      expect((await fetch(`${test.server.url}/missing.js`)).status).toBe(404);
    } finally {
      rmSync(workbench, { recursive: true, force: true });
    }
  });
});

describe('a lab', () => {
  it('is served by one server at a time, whose address its folder tells', async () => {
    await using test = await testServer();
    expect(JSON.parse(readFileSync(join(test.lab, 'server.json'), 'utf8'))).toMatchObject({ url: test.server.url, pid: process.pid });
    await expect(testServer({ lab: test.lab })).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringContaining(test.server.url) });
    await test.server.close();
    expect(existsSync(join(test.lab, 'server.json'))).toBe(false);
    // What a server leaves that was killed: its process is gone, or the id belongs to someone else now.
    writeFileSync(join(test.lab, 'server.json'), JSON.stringify({ pid: 1, url: 'http://127.0.0.1:1', startedAt: 'then' }));
    await using again = await testServer({ lab: test.lab });
    expect((await again.client.system.info.query()).lab.name).not.toBe('');
  });
});
