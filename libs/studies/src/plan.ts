import { hashJson, type JobSpec } from '@sextant/schema';

/** A study's plan with all defaults filled in (`studySpec` of libs/schema). */
export type StudyPlan = JobSpec<'study.run'>;

/** Version of every formula between item results and claims; stored with each effect so that it can be recomputed. */
export const estimatorVersion = '1: cluster-robust t, cluster sign flips, BH over doses';

/** Version of the rule that chooses feature, dose and controls. */
export const ruleVersion = '2: d′, then attribution and gradient, then the part of exact clamps that turns with the dose, against random directions';

/** What a study binds itself to before it measures anything: the plan, the rule, the estimator and the items of both splits. */
export interface FrozenPlan {
  plan: StudyPlan;
  ruleVersion: string;
  estimatorVersion: string;
  /** Ids of the items the rule chooses on (split A) and of those the claim is measured on (split B). */
  screenItems: string[];
  confirmItems: string[];
}

/** SHA-256 of the frozen plan. */
export const frozenHash = (frozen: FrozenPlan): string => hashJson(frozen);
