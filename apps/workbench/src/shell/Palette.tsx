import { useNavigate } from '@tanstack/react-router';
import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react';
import { closeDialog } from './dialogs';
import { usePaletteEntries, type PaletteEntry } from './paletteEntries';

/** Ctrl/Cmd+K: pages, jobs, models, dictionaries, features (by number, label or token), studies, claims and actions. */
export function Palette() {
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const entries = usePaletteEntries(text);
  const navigate = useNavigate();
  const listId = useId();
  useEffect(() => dialog.current?.showModal(), []);
  useEffect(() => setAt(0), [text]);
  const current = Math.min(at, entries.length - 1);

  const go = (entry: PaletteEntry | undefined) => {
    if (!entry) return;
    closeDialog();
    void navigate(entry.link);
  };
  const keys = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      setAt((current + step + entries.length) % Math.max(1, entries.length));
    }
    if (event.key === 'Enter') go(entries[current]);
  };
  return (
    <dialog ref={dialog} className="dialog palette" aria-label="Search or jump to" onClose={closeDialog} onClick={(event) => event.target === dialog.current && closeDialog()}>
      <input
        autoFocus
        className="palette-input"
        role="combobox"
        aria-expanded="true"
        aria-controls={listId}
        aria-activedescendant={entries[current] ? `${listId}-${current}` : undefined}
        aria-label="Search or jump to"
        placeholder="A page, a feature by number, label or token, a dictionary, a claim…"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={keys}
      />
      <ul id={listId} role="listbox" aria-label="Results">
        {entries.map((entry, index) => (
          <li
            key={entry.key}
            id={`${listId}-${index}`}
            role="option"
            aria-selected={index === current}
            ref={index === current ? (element) => element?.scrollIntoView({ block: 'nearest' }) : undefined}
            onMouseMove={() => setAt(index)}
            onClick={() => go(entry)}
          >
            {entry.id && <code>{entry.id}</code>}
            <span><Marked text={entry.name} search={text} /></span>
            <small>{entry.kind}</small>
          </li>
        ))}
        {entries.length === 0 && <li className="palette-none">Nothing here is called that.</li>}
      </ul>
    </dialog>
  );
}

function Marked({ text, search }: { text: string; search: string }) {
  const at = search ? text.toLowerCase().indexOf(search.trim().toLowerCase()) : -1;
  if (at < 0 || search.trim() === '') return text;
  const end = at + search.trim().length;
  return <>{text.slice(0, at)}<b>{text.slice(at, end)}</b>{text.slice(end)}</>;
}
