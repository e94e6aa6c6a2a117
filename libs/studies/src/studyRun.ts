import type { Intervention, ItemResult } from '@sextant/schema';
import { conditionLabel, type StudyCondition } from './condition';

/** Task name of the prose whose perplexity bounds every dose. */
export const proseTask = 'prose';

/** One condition measured on the items of one task and split: what a study stores, and all that its claims are made of. */
export interface StudyRun {
  /** Unique in its study. */
  key: string;
  task: string;
  split: 'A' | 'B';
  condition: StudyCondition;
  /** Null for the baseline. */
  intervention: Intervention | null;
  interventionHash: string | null;
  /**
   * One for each item. A prose sequence is an item with one choice: `choiceLogProbs` holds its log-probability and
   * `margin` the same per token, as `likelihood` items of libs/evals have it.
   */
  results: ItemResult[];
  /** Figures of the whole run that its items do not give: normRatio, kl. */
  figures: Record<string, number>;
}

export const runKey = (split: 'A' | 'B', task: string, condition: StudyCondition): string => `${split}/${task}/${conditionLabel(condition)}`;
