import { openActivations } from '@sextant/activations';
import { trainDictionary } from '@sextant/dictionaries';
import { backend } from '../backend';
import { trainingOf } from '../jobs/dictionaryTrain';
import type { Estimator } from './estimator';

const SAMPLE_STEPS = 6;

/** Six steps of the same training, of which the last two are timed. Scoring afterwards is not in it. */
export const dictionaryTrain: Estimator<'dictionary.train'> = async (spec, { lab, signal }) => {
  await backend();
  const store = openActivations(lab.artifacts.path(spec.activations));
  const { dictionary, metrics } = await trainDictionary({ ...trainingOf(spec, store), steps: SAMPLE_STEPS, metricsEvery: 2, signal });
  dictionary.dispose();
  const { n } = spec;
  const amount = spec.steps * spec.batchSize;
  const rate = metrics?.tokensPerSecond;
  return {
    amount,
    unit: 'tokens',
    bytes: 4 * (2 * n * store.d + n + store.d),
    seconds: rate === undefined ? null : amount / rate,
    basis: `two of ${SAMPLE_STEPS} steps; a checkpoint takes about three times the dictionary’s bytes while it trains`,
  };
};
