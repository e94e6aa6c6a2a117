import { Outlet, useNavigate, useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useLiveEvents } from '../live/useLiveEvents';
import { BottomTabs } from './BottomTabs';
import { closeDialog, openKeys, openPalette, useDialog } from './dialogs';
import { handleKey, useKeys } from './keys';
import { KeysDialog } from './KeysDialog';
import { Palette } from './Palette';
import { TopBar } from './TopBar';

/** Frame of every page: top bar, the page, dialogs, bottom tabs on a phone; owns the keyboard and the event stream. */
export function Shell() {
  const dialog = useDialog();
  const navigate = useNavigate();
  const router = useRouter();
  useLiveEvents();
  useEffect(() => {
    addEventListener('keydown', handleKey);
    return () => removeEventListener('keydown', handleKey);
  }, []);
  useEffect(() => router.subscribe('onResolved', closeDialog), [router]);
  useKeys([
    { key: 'mod+k', label: 'search or jump to anything', run: openPalette, always: true },
    { key: '?', label: 'show the keys', run: openKeys },
    { key: '/', label: 'search', run: openPalette },
    { key: 'Escape', label: 'close, stop', run: closeDialog },
    { key: 'g', label: 'Home', run: () => void navigate({ to: '/' }) },
  ]);
  return (
    <>
      <a className="skip" href="#main">Skip to content</a>
      <TopBar />
      <Outlet />
      <BottomTabs />
      {dialog === 'palette' && <Palette />}
      {dialog === 'keys' && <KeysDialog />}
    </>
  );
}
