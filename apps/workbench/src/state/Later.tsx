import { startTransition, useEffect, useState, type ReactNode } from 'react';

/** Content below the fold of a heavy page: drawn after the first paint, in slices that let input through. */
export function Later({ children }: { children: () => ReactNode }) {
  const [ready, setReady] = useState(false);
  useEffect(() => startTransition(() => setReady(true)), []);
  return ready ? children() : null;
}
