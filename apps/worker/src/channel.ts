import { SextantError } from '@sextant/schema';
import type { Channel, FromWorker, ToWorker } from '@sextant/jobs';

/**
 * This process's end of the channel that the API opened when it started it.
 * @throws SextantError UNAVAILABLE when the process was not started by the API
 */
export function parentChannel(): Channel<FromWorker, ToWorker> {
  if (process.send === undefined) {
    throw new SextantError('UNAVAILABLE', 'a worker is started by the API, which keeps it and restarts it; run `sextant serve` instead');
  }
  return {
    send(message) {
      // The API may be gone already; then there is no one to tell.
      if (process.connected) process.send?.(message, undefined, undefined, () => {});
    },
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

const types: ReadonlySet<unknown> = new Set<ToWorker['type']>(['call', 'cancel', 'poke', 'shutdown']);

function isToWorker(message: unknown): message is ToWorker {
  return typeof message === 'object' && message !== null && 'type' in message && types.has(message.type);
}
