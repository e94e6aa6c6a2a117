import { count, EmptyState, hookShort, Segmented, shortHash } from '@sextant/ui';
import { getRouteApi } from '@tanstack/react-router';
import { command } from '../../commands';
import { Page } from '../../shell/Page';
import { Await } from '../../state/Await';
import type { FeaturesSearch } from './search';
import { SearchForm } from './SearchForm';
import { SearchResults } from './SearchResults';
import { useIndexed } from './useIndexed';
import './features.css';

const route = getRouteApi('/features');

/** The same search on the command line. */
function searchCommand({ dictionary, mode, text, positive, negative, index }: FeaturesSearch): string {
  const where = dictionary === undefined ? [] : ['--dictionary', dictionary.slice(0, 12)];
  if (mode === 'label' || (text === '' && mode !== 'contrast' && mode !== 'similar')) {
    return command('features', 'list', ...where, ...(text === '' ? [] : ['--filter', text]));
  }
  if (mode === 'contrast') return command('features', 'search', ...where, '--positive', ...positive, '--negative', ...negative);
  return mode === 'similar' ? command('features', 'search', ...where, '--similar', index ?? 0) : command('features', 'search', ...where, `--${mode}`, text);
}

/** Find features by a text they fire on, by what tells two sets of texts apart, by token, by likeness, or by label. */
export function SearchPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { query, indexed, chosen } = useIndexed(search.dictionary);
  return (
    <Page
      title="Features"
      name="Search features"
      subtitle={chosen && `${count(chosen.n)} of ${chosen.name} · ${hookShort(chosen.hook)}`}
      crumbs={[{ name: 'search' }]}
      provenance={chosen ? [{ label: 'dictionary', value: <code>{shortHash(chosen.digest)}</code> }, { label: 'index', value: <code>{shortHash(chosen.featureIndex)}</code> }] : []}
      command={searchCommand(search)}
      actions={(
        <Segmented
          label="How to search"
          value={search.mode}
          options={[
            { value: 'text', label: 'Text', hint: 'features that fire on a text' },
            { value: 'contrast', label: 'Contrast', hint: 'features that tell two sets of texts apart' },
            { value: 'token', label: 'Token', hint: 'features whose top tokens hold one' },
            { value: 'similar', label: 'Similar', hint: 'features with like decoder directions' },
            { value: 'label', label: 'Label', hint: 'features by label or number' },
          ]}
          onChange={(mode) => void navigate({ search: (old) => ({ ...old, mode }) })}
        />
      )}
    >
      <Await query={query} what="dictionaries">
        {() => (chosen?.featureIndex
          ? (
            <>
              {indexed.length > 1 && (
                <div className="filters">
                  <label className="note" htmlFor="dictionary">dictionary</label>
                  <select id="dictionary" className="input" value={chosen.digest} onChange={(event) => void navigate({ search: (old) => ({ ...old, dictionary: event.target.value }) })}>
                    {indexed.map(({ digest, name, hook }) => <option key={digest} value={digest}>{name} · {hookShort(hook)} · {digest.slice(0, 6)}</option>)}
                  </select>
                </div>
              )}
              <SearchForm key={search.mode} search={search} onSearch={(next) => void navigate({ search: (old) => ({ ...old, ...next }) })} />
              <SearchResults dictionary={chosen.digest} featureIndex={chosen.featureIndex} search={search} />
            </>
          )
          : <EmptyState title={chosen ? 'This dictionary has no feature index yet.' : 'No indexed dictionary yet. Train one, then index its features.'} command={command('features', 'index')} />)}
      </Await>
    </Page>
  );
}
