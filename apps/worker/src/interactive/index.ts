import type { InteractiveRegistry } from '@sextant/jobs';

/** Interactive method → its handler's module, loaded when first called. One line per method. */
export const handlers: InteractiveRegistry = {
  'artifacts.verify': async () => (await import('./artifactsVerify')).artifactsVerify,
  'claims.recompute': async () => (await import('./verify')).claimsRecompute,
  'dictionaries.describe': async () => (await import('./dictionariesDescribe')).dictionariesDescribe,
  'dictionaries.histograms': async () => (await import('./features')).dictionariesHistograms,
  'dictionaries.verify': async () => (await import('./dictionariesVerify')).dictionariesVerify,
  'evals.tasks': async () => (await import('./evalsTasks')).evalsTasks,
  'features.page': async () => (await import('./features')).featuresPage,
  'features.search': async () => (await import('./features')).featuresSearch,
  'features.testText': async () => (await import('./features')).featuresTestText,
  'jobs.estimate': async () => (await import('./jobsEstimate')).jobsEstimate,
  'lab.verify': async () => (await import('./verify')).labVerify,
  'models.describe': async () => (await import('./modelsDescribe')).modelsDescribe,
  'models.generate': async () => (await import('./modelsGenerate')).modelsGenerate,
  'models.tokenize': async () => (await import('./modelsTokenize')).modelsTokenize,
  'models.verify': async () => (await import('./modelsVerify')).modelsVerify,
  'steering.doses': async () => (await import('./steering')).steeringDoses,
  'steering.run': async () => (await import('./steering')).steeringRun,
  'system.doctor': async () => (await import('./systemDoctor')).systemDoctor,
};
