import { useEffect, useRef, useSyncExternalStore } from 'react';

export interface KeyBinding {
  /** As `KeyboardEvent.key`; `mod+k` for Ctrl or Cmd. */
  key: string;
  label: string;
  run: () => void;
  /** Also while a text field has the focus. */
  always?: boolean;
}

const groups: { bindings: KeyBinding[] }[] = [];
const listeners = new Set<() => void>();
let shown: KeyBinding[] = [];

function changed() {
  const seen = new Map<string, KeyBinding>();
  for (const group of groups) for (const binding of group.bindings) seen.set(binding.key, binding);
  shown = [...seen.values()];
  for (const listener of listeners) listener();
}

/** Binds keys while the component is mounted; later bindings of a key win over earlier ones. */
export function useKeys(bindings: KeyBinding[]): void {
  const group = useRef({ bindings });
  group.current.bindings = bindings;
  const names = bindings.map((binding) => `${binding.key} ${binding.label}`).join('\n');
  useEffect(() => {
    const mine = group.current;
    groups.push(mine);
    changed();
    return () => {
      groups.splice(groups.indexOf(mine), 1);
      changed();
    };
  }, [names]);
}

/** Every key that does something now, for the help dialog. */
export function useShownKeys(): KeyBinding[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => shown,
  );
}

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) && target.getAttribute('type') !== 'range';
}

/** The one listener: finds the newest binding of the pressed key. */
export function handleKey(event: KeyboardEvent): void {
  const name = (event.ctrlKey || event.metaKey ? 'mod+' : '') + (event.key.length === 1 ? event.key.toLowerCase() : event.key);
  if (event.altKey) return;
  for (const group of [...groups].reverse()) {
    const binding = [...group.bindings].reverse().find((candidate) => candidate.key === name);
    if (!binding || (typing(event.target) && !binding.always)) continue;
    event.preventDefault();
    binding.run();
    return;
  }
}
