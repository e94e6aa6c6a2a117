import type { ReactNode } from 'react';
import { useCopy } from './copy';
import { openKeys } from './dialogs';

export interface ProvenanceItem {
  label: string;
  value: ReactNode;
}

/** Bottom line of every page: hashes, engine and seed of what is shown, and two ways to hand it on. */
export function ProvenanceStrip({ items, command }: { items: readonly ProvenanceItem[]; command: string }) {
  const [copied, copy] = useCopy();
  return (
    <footer className="strip">
      <dl>
        {items.map((item) => <div key={item.label}><dt>{item.label}</dt> <dd>{item.value}</dd></div>)}
      </dl>
      <span className="strip-actions">
        <button type="button" className="link quiet" onClick={() => copy('link', location.href)}>{copied === 'link' ? 'Copied' : 'Copy link'}</button>
        <button type="button" className="link quiet" title={command} onClick={() => copy('command', command)}>{copied === 'command' ? 'Copied' : 'Copy as command'}</button>
        <button type="button" className="link quiet" onClick={openKeys}><kbd>?</kbd> keys</button>
      </span>
    </footer>
  );
}
