import type { FeatureRow } from '@sextant/schema';
import { EmptyState, Figure, fixed, magnitude, percent } from '@sextant/ui';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api, type RouterInputs } from '../../api';
import { Await } from '../../state/Await';
import { RecordTable, type Column } from '../../table/RecordTable';
import type { FeaturesSearch } from './search';

interface Result {
  row: FeatureRow;
  score: number | null;
  reason: string;
}

const examples: Record<FeaturesSearch['mode'], string> = {
  text: 'Give a text: the features that fire most on it come first, each with the token it fired on.',
  contrast: 'Give two sets of texts: features come first that are active on one and quiet on the other.',
  token: 'Give a token: features whose strongest tokens hold it.',
  similar: 'Give a feature\'s number: the features with the nearest decoder directions.',
  label: 'Give part of a label, a token, or a number.',
};

/** The request a search stands for; null while it is not complete. */
function requestOf(featureIndex: string, search: FeaturesSearch): RouterInputs['features']['search'] | null {
  const { mode, text, positive, negative, index } = search;
  if (mode === 'contrast') return positive.length > 0 && negative.length > 0 ? { mode, featureIndex, positive, negative } : null;
  if (mode === 'similar') return index === undefined ? null : { mode, featureIndex, index };
  if (mode === 'token') return text === '' ? null : { mode, featureIndex, token: text };
  return mode === 'text' && text !== '' ? { mode, featureIndex, text } : null;
}

/** Results with the reason each matched. */
export function SearchResults({ dictionary, featureIndex, search }: { dictionary: string; featureIndex: string; search: FeaturesSearch }) {
  const request = requestOf(featureIndex, search);
  const byLabel = search.mode === 'label' && search.text !== '';
  const found = useQuery({ ...api.features.search.queryOptions(request ?? { mode: 'token', featureIndex, token: '-' }), enabled: request !== null });
  const labelled = useQuery({ ...api.features.list.queryOptions({ featureIndex, filter: search.text, limit: 200 }), enabled: byLabel });
  if (request === null && !byLabel) {
    return (
      <>
        <EmptyState title={examples[search.mode]} />
        <Strongest dictionary={dictionary} featureIndex={featureIndex} />
      </>
    );
  }
  const asked = byLabel
    ? { ...labelled, data: labelled.data?.items.map((row): Result => ({ row, score: null, reason: 'label, token or number matches' })) }
    : { ...found, data: found.data?.results };
  return (
    <Await query={asked} what="matching features" lines={6}>
      {(results) => (results.length === 0
        ? <EmptyState title="No feature matches. Another way to search may find it: by text, by token, by contrast." />
        : (
          <Figure title="Results" note={`${results.length}, best first`}>
            <RecordTable label="results" columns={resultColumns} rows={results} rowKey={(result) => result.row.index} link={(result) => ({ to: '/features/$dictionary/$index', params: { dictionary, index: result.row.index } })} />
          </Figure>
        ))}
    </Await>
  );
}

const resultColumns: Column<Result>[] = [
  { key: 'feature', head: 'feature', cell: ({ row }) => <code>{row.index}</code> },
  { key: 'label', head: 'label', className: 'clip', width: '22%', cell: ({ row }) => row.label ?? <span className="faint">(unlabelled)</span> },
  { key: 'score', head: 'score', num: true, cell: ({ score }) => (score === null ? '' : fixed(score)) },
  { key: 'reason', head: 'why it matched', className: 'clip pad', width: '30%', cell: ({ reason }) => reason },
  { key: 'tokens', head: 'top tokens', className: 'clip pad', width: '26%', cell: ({ row }) => <code>{row.topTokens.map((token) => token.trim() || '␣').join(', ')}</code> },
  { key: 'density', head: 'density', num: true, cell: ({ row }) => percent(row.density) },
  { key: 'max', head: 'max', num: true, cell: ({ row }) => magnitude(row.maxActivation) },
];

/** Somewhere to begin when nothing was asked: the features with the highest peaks, and those with claims. */
function Strongest({ dictionary, featureIndex }: { dictionary: string; featureIndex: string }) {
  const page = useQuery(api.features.list.queryOptions({ featureIndex, sort: 'maxActivation', order: 'descending', limit: 12 }));
  const claims = (useQuery(api.claims.list.queryOptions({ limit: 200 })).data?.items ?? []).filter((claim) => claim.feature.dictionary === dictionary);
  return (
    <div className="columns halves">
      <Figure title="Highest peaks" note="of all features" actions={<Link to="/dictionaries/$digest" params={{ digest: dictionary }}>all ›</Link>}>
        <Await query={page} what="features">
          {({ items }) => (
            <RecordTable label="highest peaks" columns={peakColumns} rows={items} rowKey={(row) => row.index} link={(row) => ({ to: '/features/$dictionary/$index', params: { dictionary, index: row.index } })} />
          )}
        </Await>
      </Figure>
      {claims.length > 0 && (
        <Figure title="With claims" note="of any status">
          <table className="table">
            <tbody>
              {claims.slice(0, 12).map((claim) => (
                <tr key={claim.id}>
                  <td><Link to="/features/$dictionary/$index" params={{ dictionary, index: claim.feature.index }}><code>{claim.feature.index}</code></Link></td>
                  <td className="clip" style={{ width: '100%' }}><Link to="/claims/$id" params={{ id: claim.id }}>{claim.statement}</Link></td>
                  <td className="dim">{claim.status}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Figure>
      )}
    </div>
  );
}

const peakColumns: Column<FeatureRow>[] = [
  { key: 'feature', head: 'feature', cell: (row) => <code>{row.index}</code> },
  { key: 'tokens', head: 'label or top tokens', className: 'clip pad', width: '70%', cell: (row) => row.label ?? <code>{row.topTokens.map((token) => token.trim() || '␣').join(', ')}</code> },
  { key: 'density', head: 'density', num: true, cell: (row) => percent(row.density) },
  { key: 'max', head: 'max', num: true, cell: (row) => magnitude(row.maxActivation) },
];
