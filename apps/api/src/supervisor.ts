import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Channel, FromWorker, InteractiveGateway, JobQueue, ToWorker } from '@sextant/jobs';
import { SextantError } from '@sextant/schema';

export type Role = 'jobs' | 'interactive';

export interface SupervisorOptions {
  /** The lab's folder. */
  lab: string;
  queue: JobQueue;
  log: (role: Role, line: string) => void;
  onBackend: (backend: NonNullable<InteractiveGateway['backend']>) => void;
  /** The worker's main module. */
  entry?: URL | undefined;
  /** How long a worker may take to stop when asked, before it is killed. */
  stopMs?: number;
  /** How long a cancelled job may keep running before its worker is killed. */
  overdueMs?: number | undefined;
}

interface Worker {
  role: Role;
  owner: string;
  child: ChildProcess;
  channel: Channel<ToWorker, FromWorker>;
  /** Settles when it has opened the lab and listens, or has died trying. */
  ready: Promise<void>;
  /** Settles when it is gone and its jobs are free. */
  exited: Promise<void>;
  startedAt: number;
}

const workerMain = new URL('../../worker/src/main.ts', import.meta.url);
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** Keeps one worker of each role alive: starts it when it is needed, restarts it when it dies, stops it at the end. */
export class Supervisor {
  readonly #workers = new Map<Role, Worker>();
  readonly #failures = new Map<Role, number>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #closing = false;

  constructor(private readonly options: SupervisorOptions) {
    options.queue.onChange(() => this.#poke());
    this.#timers.add(setInterval(() => void this.#killOverdue().catch((error: unknown) => options.log('jobs', `looking for deaf jobs failed: ${String(error)}`)), 1_000).unref());
  }

  /** Starts the worker of a role if none runs. */
  start(role: Role): void {
    if (!this.#closing && !this.#workers.has(role)) this.#spawn(role);
  }

  /**
   * The channel to the role's worker, once it listens.
   * @throws SextantError UNAVAILABLE when it does not come up
   */
  async connect(role: Role): Promise<Channel<ToWorker, FromWorker>> {
    if (this.#closing) throw new SextantError('UNAVAILABLE', 'the server is shutting down');
    const worker = this.#workers.get(role) ?? this.#spawn(role);
    await worker.ready;
    return worker.channel;
  }

  /** Process id of a role's worker, for tests and for a person with a debugger. */
  pid(role: Role): number | null {
    return this.#workers.get(role)?.child.pid ?? null;
  }

  /** Asks every worker to stop, waits, and kills what is left. A job in hand goes back to the queue. */
  async close(): Promise<void> {
    this.#closing = true;
    for (const timer of this.#timers) clearTimeout(timer);
    const { stopMs = 8_000 } = this.options;
    await Promise.all(
      [...this.#workers.values()].map(async (worker) => {
        worker.channel.send({ type: 'shutdown' });
        const timer = setTimeout(() => worker.child.kill('SIGKILL'), stopMs);
        await worker.exited;
        clearTimeout(timer);
      }),
    );
  }

  #spawn(role: Role): Worker {
    const { lab, log, entry = workerMain, onBackend } = this.options;
    const owner = `${role}-${randomBytes(6).toString('hex')}`;
    const child = fork(fileURLToPath(entry), ['--role', role, '--lab', lab, '--owner', owner], {
      execArgv: ['--import', tsx],
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: withoutToken(process.env),
    });
    for (const stream of [child.stdout, child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on('line', (line) => log(role, line));
    }
    const channel = channelTo(child);
    const exited = new Promise<void>((resolve) => {
      // 'exit' alone is not given when the process could not be started at all.
      child.once('exit', () => resolve());
      child.once('error', () => resolve());
    });
    const ready = new Promise<void>((resolve, reject) => {
      const off = channel.onMessage((message) => {
        if (message.type !== 'ready') return;
        off();
        resolve();
      });
      void exited.then(() => reject(new SextantError('UNAVAILABLE', `the ${role} worker did not start; the server's log says why`)));
    });
    ready.catch(() => {});
    const worker: Worker = { role, owner, child, channel, ready, exited: Promise.resolve(), startedAt: Date.now() };
    this.#workers.set(role, worker);
    channel.onMessage((message) => {
      if (message.type === 'backend') onBackend(message.backend);
    });
    worker.exited = exited.then(() => this.#exited(worker));
    return worker;
  }

  async #exited(worker: Worker): Promise<void> {
    const { role, owner, child } = worker;
    this.#workers.delete(role);
    await this.options.queue.engine.ownerLost(owner);
    if (this.#closing) return;
    const how = child.signalCode ?? `code ${child.exitCode}`;
    const failures = Date.now() - worker.startedAt > 10_000 ? 0 : (this.#failures.get(role) ?? 0);
    this.#failures.set(role, failures + 1);
    // At once the first time; slower each time when it keeps dying young.
    const delayMs = failures === 0 ? 0 : Math.min(10_000, 200 * 2 ** failures);
    this.options.log(role, `stopped (${how}); restarting${delayMs > 0 ? ` in ${delayMs} ms` : ''}`);
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.start(role);
    }, delayMs);
    this.#timers.add(timer);
  }

  #poke(): void {
    this.start('jobs');
    this.#workers.get('jobs')?.channel.send({ type: 'poke' });
  }

  async #killOverdue(): Promise<void> {
    for (const { id, owner } of await this.options.queue.engine.overdue(this.options.overdueMs ?? 15_000)) {
      const worker = [...this.#workers.values()].find((candidate) => candidate.owner === owner);
      if (worker === undefined) continue;
      this.options.log(worker.role, `job ${id} was cancelled and does not stop; killing its worker`);
      worker.child.kill('SIGKILL');
    }
  }
}

/** Workers have no use for the API's token. */
function withoutToken({ SEXTANT_TOKEN: _token, ...env }: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return env;
}

function channelTo(child: ChildProcess): Channel<ToWorker, FromWorker> {
  return {
    send(message) {
      if (child.connected) child.send(message, () => {});
    },
    onMessage(listener) {
      const receive = (message: FromWorker) => listener(message);
      child.on('message', receive);
      return () => child.off('message', receive);
    },
    onClose(listener) {
      child.once('exit', listener);
      return () => child.off('exit', listener);
    },
  };
}
