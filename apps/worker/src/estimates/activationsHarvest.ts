import { estimateHarvest } from '@sextant/activations';
import { readCorpus } from '@sextant/corpora';
import { resident } from '../resident';
import type { Estimator } from './estimator';

/** Tokens and bytes are exact but for file headers; the time comes from one batch. */
export const activationsHarvest: Estimator<'activations.harvest'> = async ({ model, corpus, hook, dtype, batchSize, maxTokens }, { lab }) => {
  const options = { hook, dtype, batchSize, maxTokens, corpus: readCorpus(lab.artifacts.path(corpus)) };
  const { tokens, bytes, seconds } = await estimateHarvest({ ...options, model: await resident.model(lab, model) });
  return { amount: tokens, unit: 'tokens', bytes, seconds, basis: 'one batch of rows' };
};
