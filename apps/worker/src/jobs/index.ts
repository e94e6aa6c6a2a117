import type { ExecutorRegistry } from '@sextant/jobs';

/** Job kind → its executor's module, loaded when a job of that kind is first claimed. One line per kind. */
export const executors: ExecutorRegistry = {
  'model.import': async () => (await import('./modelImport')).modelImport,
  'corpus.create': async () => (await import('./corpusCreate')).corpusCreate,
  'activations.harvest': async () => (await import('./activationsHarvest')).activationsHarvest,
  'dictionary.import': async () => (await import('./dictionaryImport')).dictionaryImport,
  'dictionary.train': async () => (await import('./dictionaryTrain')).dictionaryTrain,
  'features.index': async () => (await import('./featuresIndex')).featuresIndex,
  'vector.make': async () => (await import('./vectorMake')).vectorMake,
  'study.run': async () => (await import('./studyRun')).studyRun,
  'eval.run': async () => (await import('./evalRun')).evalRun,
};
