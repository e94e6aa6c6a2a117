import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { fastifyTRPCPlugin, type FastifyTRPCPluginOptions } from '@trpc/server/adapters/fastify';
import Fastify, { type FastifyError, type FastifyInstance } from 'fastify';
import { pino, type Logger } from 'pino';
import { EventHub, InteractiveGateway, JobQueue } from '@sextant/jobs';
import { appRouter, describeError, toTrpcError, type AppRouter, type RouterContext } from '@sextant/router';
import { openLab, type Lab } from '@sextant/store';
import { artifactRoutes } from './artifactRoutes';
import { guard, isLoopback } from './guard';
import { LabLock } from './labLock';
import { restRoutes } from './restRoutes';
import { Supervisor, type Role } from './supervisor';
import { codeVersion, version } from './version';
import { workbenchRoutes } from './workbenchRoutes';

export interface ServeOptions {
  /** The lab's folder; made when it is not there. */
  lab: string;
  host?: string | undefined;
  /** 0 takes any free port. */
  port?: number | undefined;
  token?: string | undefined;
  allowedHosts?: string[] | undefined;
  /** Start workers now, or each when it is first needed. */
  workers?: 'now' | 'when-needed' | undefined;
  workerEntry?: URL | undefined;
  /** How long a cancelled job may keep its worker busy before the worker is killed. */
  overdueMs?: number | undefined;
  /** Folder of the built workbench. */
  workbench?: string | undefined;
  logLevel?: string | undefined;
}

export interface SextantServer {
  url: string;
  lab: Lab;
  /** Process id of a role's worker; null while none runs. */
  workerPid(role: Role): number | null;
  /** Stops answering, returns the job in hand to the queue, stops the workers, and lets the lab go. */
  close(): Promise<void>;
}

const securityHeaders = {
  'content-security-policy':
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/**
 * Serves a lab: the API, its artifacts and the workbench. It answers and supervises; all computing is done by its workers.
 * @throws SextantError CONFLICT when the lab is already served, INVALID_INPUT for an open bind without a token
 */
export async function serve(options: ServeOptions): Promise<SextantServer> {
  const { host = '127.0.0.1', port = 4520, logLevel = 'info' } = options;
  const dir = resolve(options.lab);
  mkdirSync(dir, { recursive: true });
  const log = pino({ level: logLevel, base: null }, pino.destination({ fd: 2, sync: true }));
  const lock = await LabLock.take(dir);
  let lab: Lab | null = null;
  let supervisor: Supervisor | null = null;
  let app: FastifyInstance | null = null;
  const close = async () => {
    await app?.close();
    await supervisor?.close();
    lab?.close();
    lock.release();
  };
  try {
    lab = openLab(dir);
    lab.artifacts.sweep();
    const queue = new JobQueue(lab);
    const workers = new Supervisor({
      lab: dir,
      queue,
      log: (role, line) => log.info({ worker: role }, line),
      onBackend: (backend) => (interactive.backend = backend),
      entry: options.workerEntry,
      overdueMs: options.overdueMs,
    });
    supervisor = workers;
    const interactive = new InteractiveGateway({ connect: () => workers.connect('interactive') });
    const events = new EventHub(queue);
    const shared = { lab, queue, events, interactive, host: { version, codeVersion: codeVersion() } };
    app = await buildApp({ ...options, host }, () => ({ ...shared, requestId: randomBytes(6).toString('hex') }), log);
    const url = await app.listen({ host, port });
    lock.announce(url);
    if (options.workers !== 'when-needed') workers.start('interactive');
    if (options.workers !== 'when-needed' || queue.count('queued') + queue.count('running') > 0) workers.start('jobs');
    log.info(`Sextant ${version} serves ${dir} at ${url} (${lab.database})${isLoopback(host) ? '' : '; a token is needed'}`);
    return { url, lab, workerPid: (role) => workers.pid(role), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function buildApp(options: ServeOptions & { host: string }, createContext: () => RouterContext, log: Logger): Promise<FastifyInstance> {
  const app: FastifyInstance = Fastify({
    logger: false,
    bodyLimit: 8 << 20,
    forceCloseConnections: true,
    // A subscription's prompt travels in its URL: EventSource knows no other way.
    http: { maxHeaderSize: 256 << 10 },
    routerOptions: { maxParamLength: 4_096 },
  });
  guard(app, options);
  app.addHook('onSend', async (_request, reply) => {
    for (const [name, value] of Object.entries(securityHeaders)) if (!reply.hasHeader(name)) reply.header(name, value);
  });
  app.addHook('onResponse', async (request, reply) => {
    // The route, not the URL: a URL may hold what a person typed.
    log.debug({ method: request.method, route: request.routeOptions.url, status: reply.statusCode, ms: Math.round(reply.elapsedTime) });
  });
  const onError = (error: unknown, about: { path: string; requestId: string }) => log.error({ err: error, ...about });
  app.setErrorHandler((error: FastifyError, _request, reply) => {
    const { requestId } = createContext();
    if (error.statusCode !== undefined && error.statusCode < 500) {
      return reply.code(error.statusCode).send({ error: { code: 'INVALID_INPUT', message: error.message, requestId } });
    }
    const fault = toTrpcError(error);
    const { message, data } = describeError(fault, undefined);
    if (data.sextant === 'INTERNAL') onError(error, { path: '', requestId });
    return reply.code(statusOf(fault.code)).send({ error: { code: data.sextant ?? fault.code, message, field: data.field, requestId } });
  });
  const { lab } = createContext();
  app.get('/health', () => ({ ok: true, lab: lab.info.id, pid: process.pid, version }));
  artifactRoutes(app, lab);
  restRoutes(app, version, createContext, onError);
  await app.register(fastifyTRPCPlugin, {
    prefix: '/trpc',
    trpcOptions: {
      router: appRouter,
      createContext,
      allowMethodOverride: true,
      maxBatchSize: 32,
      onError({ error, path = '', ctx }) {
        if (error.code === 'INTERNAL_SERVER_ERROR' || describeError(error, undefined).data.sextant === 'INTERNAL') {
          onError(error.cause ?? error, { path, requestId: ctx?.requestId ?? '' });
        }
      },
    },
  } satisfies FastifyTRPCPluginOptions<AppRouter>);
  await workbenchRoutes(app, options.workbench);
  return app;
}

function statusOf(code: string): number {
  return { NOT_FOUND: 404, BAD_REQUEST: 400, CONFLICT: 409, UNPROCESSABLE_CONTENT: 422, SERVICE_UNAVAILABLE: 503 }[code] ?? 500;
}
