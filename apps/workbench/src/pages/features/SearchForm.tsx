import { useEffect, useRef, useState } from 'react';
import { useKeys } from '../../shell/keys';
import type { FeaturesSearch } from './search';

const lines = (text: string) => text.split('\n').map((line) => line.trim()).filter((line) => line !== '');

/** What to look for; Enter searches (Ctrl+Enter where lines matter). `/` brings the cursor here. */
export function SearchForm({ search, onSearch }: { search: FeaturesSearch; onSearch: (next: Partial<FeaturesSearch>) => void }) {
  const field = useRef<HTMLElement>(null);
  useKeys([{ key: '/', label: 'to the search field', run: () => field.current?.focus() }]);
  if (search.mode === 'contrast') return <ContrastForm search={search} onSearch={onSearch} field={field} />;
  if (search.mode === 'similar') return <SimilarForm search={search} onSearch={onSearch} field={field} />;
  return <TextForm search={search} onSearch={onSearch} field={field} />;
}

interface FormProps {
  search: FeaturesSearch;
  onSearch: (next: Partial<FeaturesSearch>) => void;
  field: React.RefObject<HTMLElement | null>;
}

const textHints: Record<string, { label: string; placeholder: string }> = {
  text: { label: 'Text the features should fire on', placeholder: 'Human: The fox eats bread. Assistant: Well. The fox eats bread, as you say.' },
  token: { label: 'Token', placeholder: 'honey' },
  label: { label: 'Label or number', placeholder: 'flattery' },
};

function TextForm({ search, onSearch, field }: FormProps) {
  const [draft, setDraft] = useState(search.text);
  useEffect(() => setDraft(search.text), [search.text]);
  const hint = textHints[search.mode];
  return (
    <form className="search-form" onSubmit={(event) => { event.preventDefault(); onSearch({ text: draft }); }}>
      <input
        ref={(element) => { field.current = element; }}
        className="input"
        aria-label={hint?.label}
        placeholder={hint?.placeholder}
        value={draft}
        onChange={(event) => setDraft(event.target.value)}
      />
      <button type="submit" className="button primary" disabled={draft.trim() === ''}>Search</button>
    </form>
  );
}

function ContrastForm({ search, onSearch, field }: FormProps) {
  const [positive, setPositive] = useState(search.positive.join('\n'));
  const [negative, setNegative] = useState(search.negative.join('\n'));
  const ready = lines(positive).length > 0 && lines(negative).length > 0;
  const go = () => ready && onSearch({ positive: lines(positive), negative: lines(negative) });
  useKeys([{ key: 'mod+Enter', label: 'search', run: () => void go(), always: true }]);
  return (
    <form className="search-form contrast" onSubmit={(event) => { event.preventDefault(); go(); }}>
      <label>
        <span className="note">more active on, one text a line</span>
        <textarea ref={(element) => { field.current = element; }} className="input" rows={4} value={positive} onChange={(event) => setPositive(event.target.value)} />
      </label>
      <label>
        <span className="note">than on, one text a line</span>
        <textarea className="input" rows={4} value={negative} onChange={(event) => setNegative(event.target.value)} />
      </label>
      <button type="submit" className="button primary" disabled={!ready}>Search</button>
    </form>
  );
}

function SimilarForm({ search, onSearch, field }: FormProps) {
  const [draft, setDraft] = useState(search.index === undefined ? '' : String(search.index));
  const index = /^\d+$/.test(draft.trim()) ? Number(draft) : undefined;
  return (
    <form className="search-form" onSubmit={(event) => { event.preventDefault(); onSearch({ index }); }}>
      <input
        ref={(element) => { field.current = element; }}
        className="input"
        inputMode="numeric"
        aria-label="Number of the feature to be like"
        placeholder="a feature's number"
        value={draft}
        onChange={(event) => setDraft(event.target.value)}
      />
      <button type="submit" className="button primary" disabled={index === undefined}>Search</button>
    </form>
  );
}
