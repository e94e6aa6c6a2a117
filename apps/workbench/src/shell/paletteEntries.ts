import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { LinkProps } from '@tanstack/react-router';
import { api } from '../api';
import { places } from './navigation';
import { useDebounced } from './useDebounced';

export interface PaletteEntry {
  key: string;
  id?: string;
  name: string;
  kind: string;
  link: LinkProps;
}

const actions: PaletteEntry[] = [
  { key: 'a:study', name: 'New study', kind: 'action', link: { to: '/start', search: { kind: 'study.run' } } },
  { key: 'a:train', name: 'Train a dictionary', kind: 'action', link: { to: '/start', search: { kind: 'dictionary.train' } } },
  { key: 'a:harvest', name: 'Harvest activations', kind: 'action', link: { to: '/start', search: { kind: 'activations.harvest' } } },
  { key: 'a:eval', name: 'Run an eval', kind: 'action', link: { to: '/start', search: { kind: 'eval.run' } } },
  { key: 'a:importDictionary', name: 'Import a dictionary', kind: 'action', link: { to: '/start', search: { kind: 'dictionary.import' } } },
  { key: 'a:import', name: 'Import a model', kind: 'action', link: { to: '/start', search: { kind: 'model.import' } } },
];

/** What the palette offers for a text, best first; features are asked of the server, the rest is matched by name here. */
export function usePaletteEntries(text: string): PaletteEntry[] {
  const wanted = useDebounced(text.trim(), 120);
  const dictionaries = useQuery(api.dictionaries.list.queryOptions({ limit: 100 })).data?.items ?? [];
  const models = useQuery(api.models.list.queryOptions({ limit: 50 })).data?.items ?? [];
  const studies = useQuery(api.studies.list.queryOptions({ limit: 50 })).data?.items ?? [];
  const claims = useQuery(api.claims.list.queryOptions({ limit: 50 })).data?.items ?? [];
  const experiments = useQuery(api.experiments.list.queryOptions({ limit: 50 })).data?.items ?? [];
  const indexed = dictionaries.find((dictionary) => dictionary.featureIndex !== null);
  const features = useQuery({
    ...api.features.list.queryOptions({ featureIndex: indexed?.featureIndex ?? '', filter: wanted, limit: 12 }),
    enabled: wanted !== '' && indexed?.featureIndex !== undefined && indexed.featureIndex !== null,
    placeholderData: keepPreviousData,
  }).data?.items ?? [];

  const named: PaletteEntry[] = [
    ...places.map((place) => ({ key: place.to, name: place.name, kind: 'page', link: { to: place.to } })),
    ...dictionaries.map((item) => ({ key: item.digest, id: item.digest.slice(0, 6), name: item.name, kind: 'dictionary', link: { to: '/dictionaries/$digest', params: { digest: item.digest } } as const })),
    ...models.map((item) => ({ key: item.digest, id: item.digest.slice(0, 6), name: item.name, kind: 'model', link: { to: '/models/$digest', params: { digest: item.digest } } as const })),
    ...studies.map((item) => ({ key: item.id, name: item.name, kind: 'study', link: { to: '/studies/$id', params: { id: item.id } } as const })),
    ...claims.map((item) => ({ key: item.id, name: item.statement, kind: `claim, ${item.status}`, link: { to: '/claims/$id', params: { id: item.id } } as const })),
    ...experiments.map((item) => ({ key: item.id, name: item.name, kind: 'experiment', link: { to: '/experiments/$id', params: { id: item.id } } as const })),
    ...actions,
  ];
  const lower = text.trim().toLowerCase();
  const matched = lower === '' ? named.slice(0, 40) : named.filter((entry) => `${entry.id ?? ''} ${entry.name} ${entry.kind}`.toLowerCase().includes(lower));
  if (lower === '' || !indexed) return matched;
  return [
    ...features.map((row) => ({
      key: `f:${row.index}`,
      id: String(row.index),
      name: row.label ?? row.topTokens.join(', '),
      kind: 'feature',
      link: { to: '/features/$dictionary/$index', params: { dictionary: indexed.digest, index: row.index } } as const,
    })),
    ...matched,
    { key: 'search', name: text.trim(), kind: 'search features by this text', link: { to: '/features', search: { dictionary: indexed.digest, mode: 'text', text: text.trim() } } as const },
  ];
}
