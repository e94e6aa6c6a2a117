import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How a test hub may misbehave on the next answers to one file; each fault is used once. */
export type HubFault = { file: string } & ({ cutAfter: number } | { status: number } | { flipByte: number });

export interface TestHub {
  endpoint: string;
  /** `path range` of every request for a file's bytes. */
  requests: string[];
  faults: HubFault[];
  /** Whether ranges are answered; servers may send everything instead. */
  ranges: boolean;
  close(): Promise<void>;
}

const sha = 'c0ffee'.padEnd(40, '0');

/**
 * A server that speaks the hub's protocol for one repository: revision, tree, and files by redirect to another path with
 * ranges, as the hub sends readers of large files to its store. Files over `largeFrom` bytes carry a SHA-256, others git's id.
 */
export async function startTestHub(repository: string, files: Record<string, Buffer>, options: { largeFrom?: number; token?: string } = {}): Promise<TestHub> {
  const { largeFrom = 1000, token } = options;
  const hub: Omit<TestHub, 'endpoint' | 'close'> = { requests: [], faults: [], ranges: true };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://hub');
    if (token !== undefined && !pathname.startsWith('/store/') && request.headers.authorization !== `Bearer ${token}`) return json(response, 401, { error: 'no' });
    if (pathname.startsWith(`/api/models/${repository}/revision/`)) {
      const known = ['main', 'HEAD', 'v1', sha].includes(decodeURIComponent(pathname.split('/').pop()!));
      return known ? json(response, 200, { _id: '1', id: repository, sha, tags: [], siblings: [] }) : json(response, 404, { error: 'Revision Not Found' });
    }
    if (pathname === `/api/models/${repository}/tree/${sha}`) return json(response, 200, Object.entries(files).map(([path, data]) => entry(path, data, largeFrom)));
    const resolve = `/${repository}/resolve/${sha}/`;
    if (pathname.startsWith(resolve)) return response.writeHead(302, { location: `/store/${pathname.slice(resolve.length)}` }).end();
    const file = pathname.startsWith('/store/') ? decodeURIComponent(pathname.slice('/store/'.length)) : '';
    const data = files[file];
    if (data === undefined) return json(response, 404, { error: 'Repository not found' });
    return send(hub, request, response, file, data);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(hub, {
    endpoint: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  });
}

function entry(path: string, data: Buffer, largeFrom: number) {
  const oid = createHash('sha1').update(`blob ${data.length}\0`).update(data).digest('hex');
  const lfs = { oid: createHash('sha256').update(data).digest('hex'), size: data.length, pointerSize: 130 };
  return { type: 'file', path, size: data.length, oid, ...(data.length > largeFrom && { lfs }) };
}

function send(hub: Omit<TestHub, 'endpoint' | 'close'>, request: IncomingMessage, response: ServerResponse, file: string, data: Buffer): void {
  const asked = /^bytes=(\d+)-$/.exec(request.headers.range ?? '');
  hub.requests.push(`${file} ${request.headers.range ?? 'all'}`);
  const at = hub.faults.findIndex((fault) => fault.file === file);
  const fault = at < 0 ? undefined : hub.faults.splice(at, 1)[0];
  if (fault && 'status' in fault) return json(response, fault.status, { error: 'for the test' });
  const from = asked && hub.ranges ? Number(asked[1]) : 0;
  const body = Buffer.from(data.subarray(from));
  if (fault && 'flipByte' in fault) body[fault.flipByte - from]! ^= 1;
  const head = { 'content-length': body.length, ...(from > 0 && { 'content-range': `bytes ${from}-${data.length - 1}/${data.length}` }) };
  response.writeHead(from > 0 ? 206 : 200, head);
  if (fault && 'cutAfter' in fault) response.write(body.subarray(0, fault.cutAfter), () => setTimeout(() => response.destroy(), 20));
  else response.end(body);
}

function json(response: ServerResponse, status: number, document: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(document));
}
