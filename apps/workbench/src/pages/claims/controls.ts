import type { Claim, ControlKind, StoredEffect } from '@sextant/schema';

export interface ControlBand {
  dose: number;
  estimate: number;
  lo: number;
  hi: number;
  count: number;
}

const matched: readonly string[] = ['random-direction', 'density-matched'] satisfies ControlKind[];

/** At each dose, the mean and range of the matched controls' effects: what disturbing the model as much does by itself. */
export function controlBands(effects: readonly Pick<StoredEffect, 'kind' | 'dose' | 'estimate'>[]): ControlBand[] {
  const byDose = new Map<number, number[]>();
  for (const effect of effects) {
    if (matched.includes(effect.kind)) byDose.set(effect.dose, [...(byDose.get(effect.dose) ?? []), effect.estimate]);
  }
  return [...byDose]
    .map(([dose, estimates]) => ({
      dose,
      estimate: estimates.reduce((sum, estimate) => sum + estimate, 0) / estimates.length,
      lo: Math.min(...estimates),
      hi: Math.max(...estimates),
      count: estimates.length,
    }))
    .sort((left, right) => left.dose - right.dose);
}

/** The claim's own feature at every dose it was confirmed at, of the claim's own metric. */
export function ownEffects(claim: Pick<Claim, 'feature' | 'task' | 'metric'>, effects: readonly StoredEffect[]): StoredEffect[] {
  return effects
    .filter((effect) => effect.kind === 'feature' && effect.feature === claim.feature.index && effect.task === claim.task && effect.metric === claim.metric)
    .sort((left, right) => left.dose - right.dose);
}
