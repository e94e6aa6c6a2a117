import type { Split } from '@sextant/corpora';
import type { ItemContent } from '../item';

/** A text whose log-probability is wanted. */
export function likelihoodItem(text: string, cluster: string, split: Split, covariates: ItemContent['covariates'] = {}): ItemContent {
  return { cluster, split, prompt: '', choices: [text], gold: [1], subject: [0], grading: 'likelihood', covariates };
}
