import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server';
import { router } from './init';
import { activationsRouter } from './procedures/activations';
import { artifactsRouter, labRouter } from './procedures/artifacts';
import { claimsRouter } from './procedures/claims';
import { corporaRouter } from './procedures/corpora';
import { dictionariesRouter } from './procedures/dictionaries';
import { evalsRouter } from './procedures/evals';
import { experimentsRouter } from './procedures/experiments';
import { featuresRouter } from './procedures/features';
import { interventionsRouter } from './procedures/interventions';
import { jobsRouter } from './procedures/jobs';
import { modelsRouter } from './procedures/models';
import { steeringRouter } from './procedures/steering';
import { studiesRouter } from './procedures/studies';
import { systemRouter } from './procedures/system';
import { vectorsRouter } from './procedures/vectors';

/** One router per noun, verbs as procedures. Adding a noun is one file in procedures/ and one line here. */
export const appRouter = router({
  system: systemRouter,
  lab: labRouter,
  models: modelsRouter,
  corpora: corporaRouter,
  activations: activationsRouter,
  dictionaries: dictionariesRouter,
  features: featuresRouter,
  steering: steeringRouter,
  interventions: interventionsRouter,
  vectors: vectorsRouter,
  evals: evalsRouter,
  studies: studiesRouter,
  claims: claimsRouter,
  experiments: experimentsRouter,
  jobs: jobsRouter,
  artifacts: artifactsRouter,
});
export type AppRouter = typeof appRouter;
export type RouterInputs = inferRouterInputs<AppRouter>;
export type RouterOutputs = inferRouterOutputs<AppRouter>;
