import type { JobKind } from '@sextant/schema';
import type { Estimator } from './estimator';

/** Job kind → what estimates it, loaded when first asked. One line per kind. */
export const estimators: { readonly [K in JobKind]: () => Promise<Estimator<K>> } = {
  'model.import': async () => (await import('./modelImport')).modelImport,
  'corpus.create': async () => (await import('./corpusCreate')).corpusCreate,
  'activations.harvest': async () => (await import('./activationsHarvest')).activationsHarvest,
  'dictionary.import': async () => (await import('./dictionaryImport')).dictionaryImport,
  'dictionary.train': async () => (await import('./dictionaryTrain')).dictionaryTrain,
  'features.index': async () => (await import('./featuresIndex')).featuresIndex,
  'vector.make': async () => (await import('./vectorMake')).vectorMake,
  'eval.run': async () => (await import('./evalRun')).evalRun,
  'study.run': async () => (await import('./studyRun')).studyRun,
};
