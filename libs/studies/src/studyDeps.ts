import type { ContrastTexts, EvalItem } from '@sextant/evals';
import type { Candidate, Claim } from '@sextant/schema';
import type { AssistantStart } from '@sextant/steering';
import type { StudyDictionary, StudyModel } from './bench/model';
import type { FeatureStatistics } from './controls';
import type { StudyEffect } from './inference/effects';
import type { FrozenPlan } from './plan';
import type { Selection } from './screen';
import type { StudyRun } from './studyRun';

/** What a study works on. Everything is passed in; nothing is read from a lab. */
export interface StudyDeps {
  /** Id of the study, for its claims. */
  study: string;
  model: StudyModel;
  dictionary: StudyDictionary;
  /** Feature statistics of the plan's index, with labels where there are any. */
  statistics: FeatureStatistics & { label?(feature: number): string | null };
  /** Items of the plan's task, both splits. */
  items: readonly EvalItem[];
  /** Other tasks on which side effects are measured, split B. */
  sideTasks?: readonly { task: string; items: readonly EvalItem[] }[];
  /** Texts that differ in the concept, for the proposal; made of split A alone. */
  contrast: readonly ContrastTexts[];
  /** Token ids of ordinary prose: every other text bounds the screen's perplexity, the rest the claim's. */
  prose: readonly (readonly number[])[];
  assistantStart?: AssistantStart;
  /** Time stamp of the claim, ISO 8601; now by default. */
  now?: () => string;

  /** Called before anything is measured. What it does must be durable when it returns. */
  onFreeze?: (hash: string, frozen: FrozenPlan) => void | Promise<void>;
  /** Called with each run as it ends: store it, and give it back through `resume` after an interruption. */
  onRun?: (run: StudyRun) => void | Promise<void>;
  onCandidates?: (candidates: Candidate[]) => void | Promise<void>;
  /** Called with what was chosen on split A, before split B is touched; null when nothing passed the screen. */
  onSelected?: (selection: Selection | null) => void | Promise<void>;
}

export interface StudyProgress {
  stage: 'propose' | 'screen' | 'confirm' | 'side effects' | 'decide';
  done: number;
  total: number;
  unit: 'conditions';
  message?: string;
}

export interface StudyOptions {
  onProgress?: (progress: StudyProgress) => void;
  signal?: AbortSignal;
  /** Runs that an interrupted study of the same frozen plan has stored; they are not measured again. */
  resume?: readonly StudyRun[];
}

/** How far the proposal's first-order attribution agrees with exact ablation on features drawn at random. */
export interface ProposalCheck {
  features: number;
  /** Spearman's ρ between attribution and the exact effect of having the feature; null where undefined. */
  spearman: number | null;
  /** Share of features on which the two have one sign. */
  signAgreement: number | null;
}

export interface StudyResult {
  frozenHash: string;
  frozen: FrozenPlan;
  candidates: Candidate[];
  proposalCheck: ProposalCheck;
  selection: Selection | null;
  runs: StudyRun[];
  effects: StudyEffect[];
  /** One claim, or none where nothing passed the screen. */
  claims: Claim[];
  /** One sentence for a reader. */
  conclusion: string;
}
