import type { ClaimStatus, ControlKind, JobKind } from '@sextant/schema';

/** Words of the house for its kinds, as pages print them. */
export const jobNames: Record<JobKind, string> = {
  'model.import': 'Import model',
  'corpus.create': 'Make corpus',
  'activations.harvest': 'Harvest activations',
  'dictionary.import': 'Import dictionary',
  'dictionary.train': 'Train dictionary',
  'features.index': 'Index features',
  'vector.make': 'Make vector',
  'eval.run': 'Run eval',
  'study.run': 'Run study',
};

export const controlNames: Record<ControlKind, string> = {
  'random-direction': 'Random directions',
  'density-matched': 'Matched features',
  'sign-reversed': 'Sign reversed',
  reconstruction: 'Reconstruction only',
};

export const statusOrder: ClaimStatus[] = ['confirmed', 'screened', 'inconclusive', 'null', 'refuted', 'proposed'];
