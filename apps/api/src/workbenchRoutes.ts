import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

const builtWorkbench = fileURLToPath(new URL('../../workbench/dist/', import.meta.url));

/** The built workbench, with every unknown page path answered by its index.html: the browser's router takes it from there. */
export async function workbenchRoutes(app: FastifyInstance, dist: string = builtWorkbench): Promise<void> {
  const built = existsSync(join(dist, 'index.html'));
  if (built) {
    await app.register(fastifyStatic, {
      root: dist,
      wildcard: false,
      setHeaders(reply, path) {
        // Vite names its assets by their content; the page itself must be asked for again.
        reply.header('cache-control', path.startsWith(join(dist, 'assets')) ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    });
  }
  app.setNotFoundHandler((request, reply) => {
    const page = request.method === 'GET' && request.headers.accept?.includes('text/html') === true;
    if (page && built) return reply.sendFile('index.html');
    if (page) return reply.code(404).type('text/plain').send('The workbench is not built here. Run: npm run build\n');
    return reply.code(404).send({ error: { code: 'NOT_FOUND', message: `nothing answers ${request.method} ${request.url.split('?')[0]}` } });
  });
}
