import { useState } from 'react';
import './Command.css';

/** A shell command to copy. */
export function Command({ text }: { text: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  return (
    <div className="command">
      <span aria-hidden="true">$</span>
      <code>{text}</code>
      <button type="button" className="button small" onClick={() => void copy()} aria-label={`Copy command ${text}`}>{copied ? 'Copied' : 'Copy'}</button>
    </div>
  );
}
