import { describeFault } from '@sextant/client';
import { ErrorState } from '@sextant/ui';
import type { ComponentProps } from 'react';
import { useRouter, type ErrorComponentProps } from '@tanstack/react-router';
import { Page } from './Page';

type Fault = ComponentProps<typeof ErrorState>['fault'];

/** Why a page's code did not arrive: the server is gone, or has been updated since this tab was opened. */
function missingCode(error: unknown): Fault | null {
  const message = error instanceof Error ? error.message : '';
  if (!/preload CSS|dynamically imported module|Importing a module script failed/i.test(message)) return null;
  return { code: 'UNREACHABLE', message: 'The server did not give this page\'s code: it is away, or newer than this tab.', hint: 'Is it running? Retry loads the page again.' };
}

/** A page that failed to draw: says what happened and offers to try again. */
export function Broken({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const missing = missingCode(error);
  const retry = () => {
    if (missing) return location.reload();
    reset();
    void router.invalidate();
  };
  return (
    <Page title="This page did not draw" command="sextant status">
      <div className="more"><ErrorState title="The workbench failed here" fault={missing ?? describeFault(error)} onRetry={retry} /></div>
    </Page>
  );
}

export function NotFound() {
  return (
    <Page title="No such page" command="sextant status">
      <p>This address names nothing in the workbench. <kbd>Ctrl K</kbd> finds what there is.</p>
    </Page>
  );
}
