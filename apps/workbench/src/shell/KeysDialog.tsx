import { useEffect, useRef } from 'react';
import { closeDialog } from './dialogs';
import { useShownKeys } from './keys';

const printed: Record<string, string> = { 'mod+k': 'Ctrl K', Escape: 'Esc', ArrowDown: '↓', ArrowUp: '↑', 'mod+Enter': 'Ctrl ↵' };

/** Every key that does something on the page below. */
export function KeysDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const keys = useShownKeys();
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} className="dialog" aria-label="Keys" onClose={closeDialog} onClick={(event) => event.target === dialog.current && closeDialog()}>
      <h2>Keys</h2>
      <dl className="keys">
        {keys.map((binding) => (
          <div key={binding.key}><dt><kbd>{printed[binding.key] ?? binding.key}</kbd></dt><dd>{binding.label}</dd></div>
        ))}
        <div><dt><kbd>← →</kbd></dt><dd>walk the tokens of a text; 0.1 of a dose (Shift: 1)</dd></div>
      </dl>
    </dialog>
  );
}
