import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { SextantError } from '@sextant/schema';

export interface GuardOptions {
  /** Where the server listens. */
  host: string;
  /** Required beyond loopback. */
  token?: string | undefined;
  /** Further host names by which the server may be addressed (behind a proxy, say). */
  allowedHosts?: string[] | undefined;
}

const sessionCookie = 'sextant_session';

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/**
 * Who may speak to the server. Three checks before any route:
 * - Host must be a name the server has (a page elsewhere that points its own name here is refused: DNS rebinding);
 * - Origin, and Sec-Fetch-Site, must be the server's own (another site's page cannot make a browser act here: CSRF);
 * - with a token set, everything but the sign-in page and the health check needs it, as a header or a session cookie.
 * The token is kept only as a hash and compared in constant time; it never appears in a URL or a log.
 * @throws SextantError INVALID_INPUT for a bind beyond loopback without a token
 */
export function guard(app: FastifyInstance, { host, token, allowedHosts = [] }: GuardOptions): void {
  if (!isLoopback(host) && (token === undefined || token === '')) {
    throw new SextantError('INVALID_INPUT', `host: ${host} is reachable from other machines, so it needs a token`, {
      field: 'host',
      value: host,
      hint: 'set SEXTANT_TOKEN to a long random string, or leave --host out to listen on this machine only',
    });
  }
  const tokenHash = token === undefined || token === '' ? null : sha256(token);
  const sessions = new Set<string>();

  app.addHook('onRequest', async (request, reply) => {
    const name = hostName(request.headers.host ?? '');
    if (!knownHost(name, host, allowedHosts, tokenHash !== null)) {
      return reply.code(421).send({ error: { code: 'INVALID_INPUT', message: `host: this server is not ${JSON.stringify(name)}`, field: 'host' } });
    }
    if (!sameSite(request)) {
      return reply.code(403).send({ error: { code: 'INVALID_INPUT', message: 'origin: requests from other sites are refused', field: 'origin' } });
    }
    if (tokenHash === null || request.url === '/health' || request.url === '/session' || authorised(request)) return;
    if (request.method === 'GET' && request.headers.accept?.includes('text/html') === true) return reply.code(401).type('text/html').send(signInPage);
    return reply.code(401).send({ error: { code: 'UNAUTHORIZED', message: 'this server needs its token', field: 'authorization' } });
  });

  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string', bodyLimit: 4_096 }, (_request, body, done) => {
    done(null, Object.fromEntries(new URLSearchParams(String(body))));
  });
  app.post('/session', async (request, reply) => {
    const given = typeof request.body === 'object' && request.body !== null && 'token' in request.body ? String(request.body.token) : '';
    if (tokenHash === null || !timingSafeEqual(sha256(given), tokenHash)) return reply.code(401).type('text/html').send(signInPage);
    const id = randomBytes(32).toString('base64url');
    sessions.add(id);
    return reply.header('set-cookie', `${sessionCookie}=${id}; HttpOnly; SameSite=Strict; Path=/`).redirect('/', 303);
  });

  function authorised({ headers }: FastifyRequest): boolean {
    const bearer = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
    if (bearer !== undefined && tokenHash !== null) return timingSafeEqual(sha256(bearer), tokenHash);
    const cookie = new RegExp(`(?:^|; )${sessionCookie}=([\\w-]+)`).exec(headers.cookie ?? '')?.[1];
    return cookie !== undefined && sessions.has(cookie);
  }
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** `[::1]:80` → `[::1]`, `localhost:80` → `localhost`. */
function hostName(header: string): string {
  return header.replace(/:\d+$/, '').toLowerCase();
}

/** A bare address cannot be rebound; a name can, so names must be known. A wildcard bind is reached under any address, and is behind a token. */
function knownHost(name: string, host: string, allowed: string[], hasToken: boolean): boolean {
  if (isLoopback(name) || name === host || allowed.includes(name)) return true;
  const wildcard = host === '0.0.0.0' || host === '::';
  return wildcard && hasToken && isIP(name.replace(/^\[|\]$/g, '')) !== 0;
}

function sameSite({ headers, method }: FastifyRequest): boolean {
  const { origin, host } = headers;
  if (origin !== undefined) {
    try {
      if (new URL(origin).host !== host) return false;
    } catch {
      return false;
    }
  }
  const site = headers['sec-fetch-site'];
  const foreign = site === 'cross-site' || site === 'same-site';
  // A link on another page may lead here; it may not do anything here.
  return !foreign || (method === 'GET' && headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document');
}

const signInPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sextant: sign in</title>
<h1>Sextant</h1>
<form method="post" action="/session">
<label for="token">Token</label> <input id="token" name="token" type="password" autocomplete="current-password" required>
<button>Sign in</button>
<p>The token is the SEXTANT_TOKEN that the server was started with.</p>
</form>
</html>
`;
