import { useState, type ReactNode } from 'react';
import './ErrorState.css';

/** What a failed request tells: never a stack. */
export interface Fault {
  message: string;
  code: string;
  field?: string | null;
  value?: string | null;
  hint?: string | null;
  requestId?: string | null;
}

/** An error in place: what failed and with which value, its code, a retry, and the request's id for the log. */
export function ErrorState({ fault, onRetry, action, title = 'That did not work' }: { fault: Fault; onRetry?: () => void; action?: ReactNode; title?: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async (id: string) => {
    await navigator.clipboard.writeText(id);
    setCopied(true);
  };
  return (
    <section className="fault" role="alert">
      <header>
        <span aria-hidden="true">✕</span> <b>{title}</b>
        <code>{fault.code}</code>
      </header>
      <p>{fault.message}</p>
      {(fault.field || fault.value) && (
        <p className="fault-where">
          {fault.field && <>field <code>{fault.field}</code></>}
          {fault.value && <> value <code>{fault.value}</code></>}
        </p>
      )}
      {fault.hint && <p className="fault-where">{fault.hint}</p>}
      <footer>
        {action}
        {onRetry && <button type="button" className="button small" onClick={onRetry}>Retry</button>}
        {fault.requestId && (
          <span>request {fault.requestId} · <button type="button" className="link" onClick={() => void copy(fault.requestId ?? '')}>{copied ? 'Copied' : 'Copy'}</button></span>
        )}
      </footer>
    </section>
  );
}
