import { safeRange, type SafeRange } from '@sextant/ui';
import { useQueries } from '@tanstack/react-query';
import { useMemo } from 'react';
import { api, type RouterOutputs } from '../../api';

export interface RecipeFeature {
  index: number;
  label: string | null;
  maxActivation: number;
  topTokens: string[];
  safe: SafeRange | null;
}

/** Perplexity ratio that a dose must stay under to be called safe: the limit of the studies' own screen. */
const PERPLEXITY_LIMIT = 1.1;

/** Max activation, label and measured safe range of the recipe's features, as far as they are read. */
export function useRecipeFeatures(featureIndex: string | null, indices: readonly number[]) {
  const pages = useQueries({
    queries: indices.map((index) => ({ ...api.features.get.queryOptions({ featureIndex: featureIndex ?? '', index }), enabled: featureIndex !== null })),
  });
  const claims = useQueries({
    queries: pages.map((page) => ({ ...api.claims.get.queryOptions({ id: page.data?.claims[0]?.id ?? '' }), enabled: (page.data?.claims.length ?? 0) > 0 })),
  });
  const error = pages.find((page) => page.error)?.error ?? null;
  const known = pages.map((page) => page.data);
  const effects = claims.map((claim) => claim.data?.effects);
  const features = useMemo(() => {
    const map = new Map<number, RecipeFeature>();
    known.forEach((page, at) => page && map.set(page.index, describe(page, effects[at])));
    return map;
  }, [...known, ...effects]);
  return { features, error };
}

function describe(page: RouterOutputs['features']['get'], effects: RouterOutputs['claims']['get']['effects'] | undefined): RecipeFeature {
  const own = effects?.filter((effect) => effect.kind === 'feature' && effect.feature === page.index) ?? [];
  return { index: page.index, label: page.label, maxActivation: page.maxActivation, topTokens: page.topTokens, safe: safeRange(own, PERPLEXITY_LIMIT) };
}
