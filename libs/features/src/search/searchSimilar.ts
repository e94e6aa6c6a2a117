import type { FeatureIndex } from '../featureIndex';
import type { SearchHit } from './searchHit';

/** The features with the nearest decoder directions (papers.md 1.12). */
export function searchSimilar(index: FeatureIndex, { feature, limit = 50 }: { feature: number; limit?: number }): SearchHit[] {
  return index
    .neighbours(feature)
    .slice(0, limit)
    .map(({ index: neighbour, cosine }) => ({ row: index.row(neighbour), score: cosine, reason: `decoder cosine ${cosine.toFixed(2)} with feature ${feature}` }));
}
