import { createReadStream } from 'node:fs';
import { extname } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { Lab } from '@sextant/store';

/** Only types that a browser will not run; everything else is bytes. */
const contentTypes: Readonly<Record<string, string>> = {
  '.json': 'application/json; charset=utf-8',
  '.jsonl': 'text/plain; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.md': 'text/plain; charset=utf-8',
};

type Range = { start: number; end: number } | 'whole' | 'unsatisfiable';

/** `GET /artifacts/:digest/*` — a file of an artifact, with Range and ETag. Its bytes never change under one digest. */
export function artifactRoutes(app: FastifyInstance, lab: Lab): void {
  app.get<{ Params: { digest: string; '*': string } }>('/artifacts/:digest/*', async (request, reply) => {
    const { digest, '*': path } = request.params;
    const { fullPath, size, sha256 } = lab.artifacts.file(digest, path);
    const etag = `"${sha256}"`;
    reply
      .header('etag', etag)
      .header('accept-ranges', 'bytes')
      .header('cache-control', 'private, max-age=31536000, immutable')
      .header('content-security-policy', 'default-src \'none\'; sandbox')
      .type(contentTypes[extname(path)] ?? 'application/octet-stream');
    if (matches(request.headers['if-none-match'], etag)) return reply.code(304).send();
    const ifRange = request.headers['if-range'];
    const range = ifRange !== undefined && ifRange !== etag ? 'whole' : parseRange(request.headers.range, size);
    if (range === 'unsatisfiable') return reply.code(416).header('content-range', `bytes */${size}`).send();
    const { start, end } = range === 'whole' ? { start: 0, end: size - 1 } : range;
    if (range !== 'whole') reply.code(206).header('content-range', `bytes ${start}-${end}/${size}`);
    reply.header('content-length', end - start + 1);
    return reply.send(size === 0 ? '' : createReadStream(fullPath, { start, end }));
  });
}

function matches(header: string | undefined, etag: string): boolean {
  return header !== undefined && (header === '*' || header.split(',').some((one) => one.trim().replace(/^W\//, '') === etag));
}

/** One byte range (RFC 9110, 14.1.2); several ranges, or another unit, give the whole file, as the standard allows. */
export function parseRange(header: string | undefined, size: number): Range {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.replaceAll(' ', '') ?? '');
  if (match === null) return 'whole';
  const [, first = '', last = ''] = match;
  if (first === '' && last === '') return 'whole';
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? 'unsatisfiable' : { start: size - length, end: size - 1 };
  }
  const start = Number(first);
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== '' && Number(last) < start) return 'whole';
  return start >= size ? 'unsatisfiable' : { start, end };
}
