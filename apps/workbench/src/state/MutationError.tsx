import { describeFault } from '@sextant/client';
import { ErrorState } from '@sextant/ui';

/** The error of an action the user took, in place; nothing while there is none. */
export function MutationError({ error, title, onRetry }: { error: unknown; title: string; onRetry?: () => void }) {
  if (error === null || error === undefined) return null;
  return <ErrorState title={title} fault={describeFault(error)} onRetry={onRetry} />;
}
