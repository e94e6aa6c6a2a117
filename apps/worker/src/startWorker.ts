import { JobQueue, runWorker, serveInteractive, type Channel, type ExecutorRegistry, type FromWorker, type InteractiveRegistry, type ToWorker } from '@sextant/jobs';
import { openLab } from '@sextant/store';

export const roles = ['jobs', 'interactive'] as const;
export type Role = (typeof roles)[number];

export interface WorkerProcess {
  role: Role;
  /** The lab's folder. */
  lab: string;
  /** This process's name in leases, given by the API so that it can free them when the process dies. */
  owner: string;
  channel: Channel<FromWorker, ToWorker>;
  executors: ExecutorRegistry;
  handlers: InteractiveRegistry;
  /** How long a job may take to stop when asked. */
  graceMs?: number;
}

/**
 * One worker process, from start to end: `jobs` claims and runs jobs, `interactive` answers requests. It ends when the
 * API says so or is gone; a job in hand then goes back to the queue.
 * @returns the exit code: 0, or 70 when a job would not stop and only ending the process frees it
 */
export async function startWorker({ role, lab: dir, owner, channel, executors, handlers, graceMs }: WorkerProcess): Promise<number> {
  const lab = openLab(dir);
  const stop = new AbortController();
  channel.onClose(() => stop.abort());
  channel.onMessage((message) => {
    if (message.type === 'shutdown') stop.abort();
  });
  try {
    if (role === 'interactive') {
      const stopCalls = serveInteractive({ lab, handlers, channel, log });
      await aborted(stop.signal);
      stopCalls();
      return 0;
    }
    const queue = new JobQueue(lab);
    const onPoke = (listener: () => void) => channel.onMessage((message) => message.type === 'poke' && listener());
    channel.send({ type: 'ready' });
    const end = await runWorker({ lab, queue, executors, owner, signal: stop.signal, log, onPoke, graceMs });
    return end === 'stuck' ? 70 : 0;
  } finally {
    lab.close();
  }
}

/** Lines go to stderr, which the API takes into its own log. */
function log(line: string, error?: unknown): void {
  console.error(error === undefined ? line : `${line}\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
