/** What the proposal measured on a feature, split A only. */
export interface ProposedFeature {
  feature: number;
  /** Separation of the contrast set: difference of the mean activations over their pooled standard deviation. */
  dPrime: number;
  /** Σ_t a_t (∂m/∂h_t · d), mean over the screen items, nats: first-order effect of what the feature contributes. */
  attribution: number;
  /** max · Σ_t (∂m/∂h_t · d) over the scope's tokens, mean over items: first-order effect of one unit of dose everywhere. */
  gradient: number;
}

/**
 * Candidates of the frozen rule: features that separate the contrast set, taken in turn from the ranking by |attribution|
 * and from that by |gradient| until there are `count`. The first finds features the model uses on these items, the second
 * those that would move it if clamped.
 */
export function rankCandidates(features: readonly ProposedFeature[], { minDPrime, count }: { minDPrime: number; count: number }): ProposedFeature[] {
  const separating = features.filter(({ dPrime }) => Math.abs(dPrime) > minDPrime);
  const by = (value: (one: ProposedFeature) => number) =>
    [...separating].sort((a, b) => Math.abs(value(b)) - Math.abs(value(a)) || a.feature - b.feature);
  const rankings = [by(({ attribution }) => attribution), by(({ gradient }) => gradient)];
  const chosen = new Map<number, ProposedFeature>();
  for (let place = 0; place < separating.length && chosen.size < count; place++) {
    for (const ranking of rankings) {
      const next = ranking[place]!;
      if (chosen.size < count) chosen.set(next.feature, next);
    }
  }
  return [...chosen.values()];
}
