import type { KeyboardEvent } from 'react';
import type { SteerSearch } from './search';

/** What both sides answer. Enter runs in a chat; Ctrl+Enter everywhere. */
export function Prompt({ search, draft, onDraft, onSearch, onRun, canRun }: {
  search: SteerSearch;
  draft: string;
  onDraft: (text: string) => void;
  onSearch: (next: Partial<SteerSearch>) => void;
  onRun: () => void;
  canRun: boolean;
}) {
  const chat = search.mode === 'chat';
  const keys = (event: KeyboardEvent) => {
    if (!chat || event.key !== 'Enter' || event.shiftKey || event.ctrlKey || event.metaKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    if (canRun) onRun();
  };
  return (
    <div className="prompt">
      {chat && (
        <label>
          <span>system</span>
          <input value={search.system} placeholder="none" onChange={(event) => onSearch({ system: event.target.value })} />
        </label>
      )}
      <label>
        <span>{chat ? 'user' : 'text'}</span>
        <textarea
          rows={chat ? 1 : 3}
          value={draft}
          placeholder={chat ? 'Ask both sides something' : 'A text for both sides to continue'}
          onChange={(event) => onDraft(event.target.value)}
          onKeyDown={keys}
        />
        <small>{chat ? <>Enter sends to both</> : <>Ctrl ↵ runs both</>}</small>
      </label>
    </div>
  );
}
