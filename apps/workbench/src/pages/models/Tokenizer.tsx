import { Figure, TokenHeatmap } from '@sextant/ui';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api';
import { useDebounced } from '../../shell/useDebounced';
import { Await } from '../../state/Await';

/** How this model cuts a text: its pieces with their ids. */
export function Tokenizer({ model, text, onText }: { model: string; text: string; onText: (text: string) => void }) {
  const [draft, setDraft] = useState(text);
  const settled = useDebounced(draft, 150);
  const query = useQuery({ ...api.models.tokenize.queryOptions({ model, text: settled }), enabled: settled !== '', placeholderData: keepPreviousData });
  return (
    <Figure title="Tokenizer" note={query.data && settled !== '' ? `${query.data.ids.length} tokens` : 'type to see the pieces'}>
      <textarea className="input" aria-label="Text to tokenize" rows={2} value={draft} onChange={(event) => setDraft(event.target.value)} onBlur={() => onText(draft)} />
      {settled !== '' && (
        <Await query={query} what="tokens" lines={1}>
          {({ pieces, ids }) => (
            <p className="pieces">
              <TokenHeatmap tokens={pieces} values={pieces.map((_, index) => (index % 2 ? 0.35 : 0.12))} max={1} label="Tokens" describe={(index) => <span>id {ids[index]}</span>} />
            </p>
          )}
        </Await>
      )}
    </Figure>
  );
}
