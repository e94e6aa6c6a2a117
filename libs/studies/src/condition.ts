import { SextantError, type Effect } from '@sextant/schema';

/** What was done to the model in one run of a study. */
export interface StudyCondition {
  /** `ablation` runs only check the attribution; they lead to no effect. */
  kind: 'baseline' | 'ablation' | Effect['kind'];
  /** The feature that is steered or whose decoder row is added; null where there is none. */
  feature: number | null;
  /** Multiples of the feature's max; 0 where there is no dose. */
  dose: number;
  /** Which of several directions of this kind. */
  seed: number | null;
}

export const baseline: StudyCondition = { kind: 'baseline', feature: null, dose: 0, seed: null };

const kinds = ['baseline', 'ablation', 'feature', 'vector', 'random-direction', 'density-matched', 'sign-reversed', 'reconstruction'] as const;

/** Names a condition in one line: `baseline`, `feature 922 × -1`, `random-direction #3 × -1`. */
export function conditionLabel({ kind, feature, dose, seed }: StudyCondition): string {
  return [kind, feature === null ? '' : ` ${feature}`, seed === null ? '' : ` #${seed}`, dose === 0 && !isDosed(kind) ? '' : ` × ${dose}`].join('');
}

/** Reads a label back. @throws SextantError INVALID_INPUT for any other text. */
export function parseCondition(label: string): StudyCondition {
  const match = /^([a-z-]+)(?: (\d+))?(?: #(\d+))?(?: × (\S+))?$/.exec(label);
  const kind = kinds.find((known) => known === match?.[1]);
  const dose = match?.[4] === undefined ? 0 : Number(match[4]);
  if (!match || !kind || Number.isNaN(dose)) throw new SextantError('INVALID_INPUT', `"${label}" is no study condition`, { field: 'condition', value: label });
  return { kind, feature: match[2] === undefined ? null : Number(match[2]), dose, seed: match[3] === undefined ? null : Number(match[3]) };
}

const isDosed = (kind: StudyCondition['kind']): boolean => !['baseline', 'ablation', 'reconstruction'].includes(kind);
