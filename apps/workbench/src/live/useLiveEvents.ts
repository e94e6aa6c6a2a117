import type { LabEvent } from '@sextant/schema';
import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useSubscription } from '@trpc/tanstack-react-query';
import { useEffect } from 'react';
import { api, type RouterOutputs } from '../api';
import { applyToDetail, applyToRecord } from './applyEvent';
import { setConnection } from './connection';

/** What a finished job of a kind may have changed. */
const nouns = ['models', 'corpora', 'activations', 'dictionaries', 'features', 'vectors', 'evals', 'studies', 'claims', 'artifacts'] as const;

function receive(queries: QueryClient, event: LabEvent): void {
  queries.setQueryData(api.jobs.get.queryKey({ id: event.job }), (job) => job && applyToDetail(job, event));
  if (event.type === 'progress' || event.type === 'status') {
    queries.setQueriesData<RouterOutputs['jobs']['list']>({ queryKey: api.jobs.list.queryKey() }, (page) =>
      page && { ...page, items: page.items.map((job) => (job.id === event.job ? applyToRecord(job, event) : job)) });
  }
  if (event.type !== 'status') return;
  void queries.invalidateQueries({ queryKey: api.jobs.pathKey() });
  void queries.invalidateQueries({ queryKey: api.system.info.queryKey() });
  void queries.invalidateQueries({ queryKey: api.experiments.pathKey() });
  if (event.payload.status === 'queued') return;
  for (const noun of nouns) void queries.invalidateQueries({ queryKey: api[noun].pathKey() });
}

/** This tab's one event stream: feeds the cache, resumes after a drop from the last event, and tells its state. */
export function useLiveEvents(): void {
  const queries = useQueryClient();
  const stream = useSubscription(
    api.jobs.onEvent.subscriptionOptions({}, { onData: ({ data: event }) => receive(queries, event) }),
  );
  const { status } = stream;
  const failed = stream.error !== null;
  useEffect(() => {
    if (status === 'pending') setConnection({ state: 'live' });
    else if (status === 'error' || failed) setConnection({ state: 'reconnecting', since: Date.now() });
    else setConnection({ state: 'connecting' });
  }, [status, failed]);
}
