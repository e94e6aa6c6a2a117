import { Rng } from '@sextant/compute';
import type { FeatureRef, Intervention, Scope } from '@sextant/schema';
import type { StudyCondition } from './condition';
import type { StudyPlan } from './plan';

/** What choosing and steering features needs to know of them. */
export interface FeatureStatistics {
  readonly n: number;
  /** Largest activation on the indexed corpus, model units. */
  maxActivation(feature: number): number;
  /** Share of tokens on which it fires. */
  density(feature: number): number;
}

export interface ConditionSources {
  hook: string;
  /** Digest of the dictionary. */
  dictionary: string;
  scope: Scope;
  statistics: FeatureStatistics;
}

/** The intervention of a condition; null for the baseline. `target` is the feature whose clamp a control has to match. */
export function interventionOf(condition: StudyCondition, target: number, { hook, dictionary, scope, statistics }: ConditionSources): Intervention | null {
  const { kind, feature, dose, seed } = condition;
  const ref = (index: number): FeatureRef => ({ dictionary, index });
  const of = (operation: Intervention['operations'][number]): Intervention => ({ version: 1, hook, operations: [operation], scope, conflict: 'refuse' });
  const unit = statistics.maxActivation(target);
  const matched = { dose, unit, matchClampOf: ref(target) };
  switch (kind) {
    case 'baseline':
      return null;
    case 'ablation':
      return of({ kind: 'ablate', feature: ref(feature!) });
    case 'feature':
    case 'sign-reversed':
      return of({ kind: 'clamp', feature: ref(feature!), dose });
    case 'vector':
    case 'random-direction':
      return of({ kind: 'add', direction: { kind: 'random', seed: seed! }, ...matched });
    case 'density-matched':
      return of({ kind: 'add', direction: { kind: 'decoder', feature: ref(feature!) }, ...matched });
    case 'reconstruction':
      return of({ kind: 'reconstruct', dictionary });
  }
}

/** The condition that stands for a feature: its clamp, or under the sabotage `random-direction` an impostor as large. */
export function studiedCondition(plan: Pick<StudyPlan, 'sabotage' | 'seed'>, feature: number, dose: number): StudyCondition {
  if (plan.sabotage !== 'random-direction') return { kind: 'feature', feature, dose, seed: null };
  return { kind: 'vector', feature, dose, seed: drawSeeds(plan.seed, 'impostor', 1)[0]! };
}

/** Seeds of random directions for one purpose. */
export function drawSeeds(seed: number, purpose: string, count: number): number[] {
  const rng = new Rng(seed).fork(`directions: ${purpose}`);
  return Array.from({ length: count }, () => rng.int(2 ** 31));
}

/**
 * Features that fire about as often as `feature`: drawn from the nearest 2 · count in log density, leaving out dead ones,
 * the feature itself and those that stood as hypotheses (`exclude`). Fewer where the dictionary has no more.
 */
export function densityMatched(
  statistics: FeatureStatistics,
  feature: number,
  { exclude, count, seed }: { exclude: ReadonlySet<number>; count: number; seed: number },
): number[] {
  const own = Math.log(statistics.density(feature));
  const pool = Array.from({ length: statistics.n }, (_, index) => index)
    .filter((index) => index !== feature && !exclude.has(index) && statistics.density(index) > 0 && statistics.maxActivation(index) > 0)
    .map((index) => ({ index, distance: Math.abs(Math.log(statistics.density(index)) - own) }))
    .sort((a, b) => a.distance - b.distance || a.index - b.index)
    .slice(0, 2 * count)
    .map(({ index }) => index);
  new Rng(seed).fork('density-matched').shuffle(pool);
  return pool.slice(0, count);
}

/** Every control of a chosen feature and dose on the confirm split. */
export function controlConditions(
  plan: StudyPlan,
  { feature, dose }: { feature: number; dose: number },
  { statistics, exclude }: { statistics: FeatureStatistics; exclude: ReadonlySet<number> },
): StudyCondition[] {
  const { randomDirections, densityMatched: matched, doses } = plan.controls;
  const directions = drawSeeds(plan.seed, 'confirm', randomDirections);
  const features = densityMatched(statistics, feature, { exclude, count: matched, seed: plan.seed });
  const at = doses === 'all' ? [...new Set([dose, ...plan.doses])] : [dose];
  return [
    ...at.flatMap((each) => directions.map((seed): StudyCondition => ({ kind: 'random-direction', feature, dose: each, seed }))),
    ...at.flatMap((each) => features.map((index): StudyCondition => ({ kind: 'density-matched', feature: index, dose: each, seed: null }))),
    { kind: 'sign-reversed', feature, dose: -dose, seed: null },
    { kind: 'reconstruction', feature: null, dose: 0, seed: null },
  ];
}
