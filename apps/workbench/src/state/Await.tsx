import { describeFault } from '@sextant/client';
import { ErrorState, Loading } from '@sextant/ui';
import type { ReactNode } from 'react';

interface Asked<T> {
  data: T | undefined;
  error: unknown;
  refetch: () => unknown;
}

/** A query's content, or what stands in its place: flat bars after 200 ms, or the error with a retry. Stale data stay, marked. */
export function Await<T>({ query, what, lines, children }: { query: Asked<T>; what: string; lines?: number; children: (data: T) => ReactNode }) {
  if (query.data === undefined) {
    if (query.error) return <ErrorState title={`Could not read ${what}`} fault={describeFault(query.error)} onRetry={() => void query.refetch()} />;
    return <Loading what={what} lines={lines} />;
  }
  return (
    <>
      {query.error !== null && query.error !== undefined && (
        <p className="stale" role="status">
          ✕ not refreshed: {describeFault(query.error).message} <button type="button" className="link" onClick={() => void query.refetch()}>Retry</button>
        </p>
      )}
      {children(query.data)}
    </>
  );
}
