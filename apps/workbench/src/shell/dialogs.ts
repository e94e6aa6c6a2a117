import { useSyncExternalStore } from 'react';

export type OpenDialog = 'palette' | 'keys' | null;

let open: OpenDialog = null;
const listeners = new Set<() => void>();

function set(next: OpenDialog): void {
  open = next;
  for (const listener of listeners) listener();
}

export const openPalette = () => set('palette');
export const openKeys = () => set('keys');
export const closeDialog = () => set(null);

/** Which of the shell's dialogs is open. */
export function useDialog(): OpenDialog {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => open,
  );
}
