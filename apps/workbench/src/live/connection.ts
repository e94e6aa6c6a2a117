import { useSyncExternalStore } from 'react';

export type Connection = { state: 'connecting' | 'live' } | { state: 'reconnecting'; since: number };

let connection: Connection = { state: 'connecting' };
const listeners = new Set<() => void>();

export function setConnection(next: Connection): void {
  if (next.state === connection.state) return;
  connection = next;
  for (const listener of listeners) listener();
}

/** State of this tab's one event stream. */
export function useConnection(): Connection {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => connection,
  );
}
