import { isMainThread, parentPort } from 'node:worker_threads';
import { SextantError } from '@sextant/schema';
import type { Channel, FromWorker, ToWorker } from '@sextant/jobs';

/** Sends a message to the API if it started this process; on a thread of its own, through the main one (ownThread.ts). */
export function tellParent(message: FromWorker): void {
  if (!isMainThread) parentPort?.postMessage(message);
  // The API may be gone already; then there is no one to tell.
  else if (process.connected) process.send?.(message, undefined, undefined, () => {});
}

/**
 * This process's end of the channel that the API opened when it started it.
 * @throws SextantError UNAVAILABLE when the process was not started by the API
 */
export function parentChannel(): Channel<FromWorker, ToWorker> {
  if (!isMainThread && parentPort) return threadChannel(parentPort);
  if (process.send === undefined) {
    throw new SextantError('UNAVAILABLE', 'a worker is started by the API, which keeps it and restarts it; run `sextant serve` instead');
  }
  return {
    send: tellParent,
    onMessage(listener) {
      const receive = (message: unknown) => {
        if (isToWorker(message)) listener(message);
      };
      process.on('message', receive);
      return () => process.off('message', receive);
    },
    onClose(listener) {
      process.once('disconnect', listener);
      return () => process.off('disconnect', listener);
    },
  };
}

function threadChannel(port: NonNullable<typeof parentPort>): Channel<FromWorker, ToWorker> {
  const listen = (receive: (message: unknown) => void) => {
    port.on('message', receive);
    return () => port.off('message', receive);
  };
  return {
    send: tellParent,
    onMessage: (listener) => listen((message) => isToWorker(message) && listener(message)),
    onClose: (listener) => listen((message) => typeOf(message) === 'disconnected' && listener()),
  };
}

const types: ReadonlySet<unknown> = new Set<ToWorker['type']>(['call', 'cancel', 'poke', 'shutdown']);

function typeOf(message: unknown): unknown {
  return typeof message === 'object' && message !== null && 'type' in message ? message.type : undefined;
}

function isToWorker(message: unknown): message is ToWorker {
  return types.has(typeOf(message));
}
