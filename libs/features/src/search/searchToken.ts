import type { FeatureIndex } from '../featureIndex';
import { bestFirst, type SearchHit } from './searchHit';

/**
 * The features of a token: those with the largest share of their activation on it in their top examples. A query
 * without its leading space or in other case finds the token too.
 */
export function searchToken(index: FeatureIndex, { token, limit = 50 }: { token: string; limit?: number }): SearchHit[] {
  const normal = (text: string) => text.trim().toLowerCase();
  const wanted = normal(token);
  const matches = (text: string) => text === token || (wanted !== '' && normal(text) === wanted);
  const found: { feature: number; score: number; token: string }[] = [];
  for (let feature = 0; feature < index.n; feature++) {
    const matching = index.distinctiveTokens(feature).filter((entry) => matches(entry.token));
    if (matching.length === 0) continue;
    found.push({ feature, score: matching.reduce((sum, { share }) => sum + share, 0), token: matching[0]!.token });
  }
  return bestFirst(found, limit).map(({ feature, score, token: text }) => ({
    row: index.row(feature),
    score,
    reason: `${Math.round(score * 100)} % of the activation in its top examples is on ${JSON.stringify(text)}`,
  }));
}
