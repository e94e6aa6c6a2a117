import { useQuery } from '@tanstack/react-query';
import { api } from '../../api';

/** A dictionary that has a feature index: the one named, else the newest. */
export function useIndexed(digest: string | undefined) {
  const query = useQuery(api.dictionaries.list.queryOptions({ limit: 500 }));
  const indexed = query.data?.items.filter((item) => item.featureIndex !== null) ?? [];
  const chosen = digest === undefined ? indexed[0] : query.data?.items.find((item) => item.digest === digest);
  return { query, indexed, chosen };
}
