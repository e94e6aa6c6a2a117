/** Tokens kept per feature; absent ones are −1. */
export const TOP_TOKENS = 8;

/**
 * The tokens that say most about where a feature fires. With p(t) the share of the feature's activation that
 * falls on token t in its top examples and q(t) the token's share of the corpus, a token scores
 * p(t) · ln(p(t) / q(t)), its part of KL(p ‖ q): common words rank low unless the feature really is about them.
 * @returns token ids and their p, best first.
 */
export function distinctiveTokens(mass: Map<number, number>, corpusCounts: Int32Array, corpusTokens: number): { token: number; share: number }[] {
  let total = 0;
  for (const value of mass.values()) total += value;
  return [...mass]
    .map(([token, value]) => {
      const share = value / total;
      return { token, share, score: share * Math.log((share * corpusTokens) / corpusCounts[token]!) };
    })
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.token - b.token)
    .slice(0, TOP_TOKENS)
    .map(({ token, share }) => ({ token, share }));
}
