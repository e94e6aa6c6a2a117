import { isMainThread, Worker } from 'node:worker_threads';

/** Whether the backend that SEXTANT_BACKEND names must not compute on this thread; its environment is then set. */
export async function leavesMainThread(): Promise<boolean> {
  const name = process.env['SEXTANT_BACKEND'];
  if (!isMainThread || !name) return false;
  const { threadNeeds } = await import('@sextant/compute');
  const { ownThread, environment } = threadNeeds(name);
  Object.assign(process.env, environment);
  return ownThread;
}

/**
 * Runs a worker's main module in a thread of this process: this one stays with the signals and passes on the API's
 * messages both ways.
 * @returns the thread's exit code
 */
export function runInThread(entry: URL): Promise<number> {
  const thread = new Worker(new URL('./thread.mjs', import.meta.url), { argv: process.argv.slice(2), workerData: { entry: entry.href } });
  process.on('message', (message) => thread.postMessage(message));
  process.once('disconnect', () => thread.postMessage({ type: 'disconnected' }));
  thread.on('message', (message) => {
    if (process.connected) process.send?.(message, undefined, undefined, () => {});
  });
  return new Promise((resolve, reject) => {
    thread.once('error', reject);
    thread.once('exit', resolve);
  });
}
