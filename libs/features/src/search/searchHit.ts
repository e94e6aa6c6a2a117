import type { FeatureRow } from '@sextant/schema';

/** A feature that a search found, how strongly, and why in one line. */
export interface SearchHit {
  row: FeatureRow;
  score: number;
  reason: string;
}

/** The best hits, best first; equal scores by feature number. */
export function bestFirst<T extends { feature: number; score: number }>(found: T[], limit: number): T[] {
  return found.sort((a, b) => b.score - a.score || a.feature - b.feature).slice(0, limit);
}
