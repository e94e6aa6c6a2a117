import { describeFault } from '@sextant/client';
import { ErrorState } from '@sextant/ui';
import { useRouter, type ErrorComponentProps } from '@tanstack/react-router';
import { Page } from './Page';

/** A page that failed to draw: says what happened and offers to try again. */
export function Broken({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const retry = () => {
    reset();
    void router.invalidate();
  };
  return (
    <Page title="This page did not draw" command="sextant status">
      <div className="more"><ErrorState title="The workbench failed here" fault={describeFault(error)} onRetry={retry} /></div>
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
