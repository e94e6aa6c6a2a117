import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, stripSearchParams } from '@tanstack/react-router';
import type { QueryClient } from '@tanstack/react-query';
import { api, queryClient } from './api';
import { claimSearch, claimsSearch } from './pages/claims/search';
import { dictionarySearch } from './pages/dictionaries/search';
import { evalRunSearch, evalsSearch } from './pages/evals/search';
import { experimentsSearch } from './pages/experiments/search';
import { featureSearch, featuresSearch } from './pages/features/search';
import { modelSearch } from './pages/models/search';
import { startSearch } from './pages/start/search';
import { steerSearch } from './pages/steer/search';
import { studySearch } from './pages/studies/search';
import { Broken, NotFound } from './shell/Broken';
import { Shell } from './shell/Shell';

const root = createRootRouteWithContext<{ queries: QueryClient }>()({ component: Shell, notFoundComponent: NotFound });
const parent = () => root;

/* Search params are parsed with zod and fall back to their defaults one by one; defaults are left out of the URL. */

const home = createRoute({ getParentRoute: parent, path: '/', component: lazyRouteComponent(() => import('./pages/home/HomePage'), 'HomePage') });

const experiments = createRoute({
  getParentRoute: parent,
  path: '/experiments',
  validateSearch: experimentsSearch,
  search: { middlewares: [stripSearchParams(experimentsSearch.parse({}))] },
  component: lazyRouteComponent(() => import('./pages/experiments/ExperimentsPage'), 'ExperimentsPage'),
});
const experiment = createRoute({
  getParentRoute: parent,
  path: '/experiments/$id',
  component: lazyRouteComponent(() => import('./pages/experiments/ExperimentPage'), 'ExperimentPage'),
});
const job = createRoute({
  getParentRoute: parent,
  path: '/jobs/$id',
  loader: ({ context, params }) => void context.queries.prefetchQuery(api.jobs.get.queryOptions(params)),
  component: lazyRouteComponent(() => import('./pages/jobs/JobPage'), 'JobPage'),
});
const start = createRoute({
  getParentRoute: parent,
  path: '/start',
  validateSearch: startSearch,
  component: lazyRouteComponent(() => import('./pages/start/StartPage'), 'StartPage'),
});

const models = createRoute({ getParentRoute: parent, path: '/models', component: lazyRouteComponent(() => import('./pages/models/ModelsPage'), 'ModelsPage') });
const model = createRoute({
  getParentRoute: parent,
  path: '/models/$digest',
  validateSearch: modelSearch,
  search: { middlewares: [stripSearchParams(modelSearch.parse({}))] },
  component: lazyRouteComponent(() => import('./pages/models/ModelPage'), 'ModelPage'),
});

const dictionaries = createRoute({
  getParentRoute: parent,
  path: '/dictionaries',
  component: lazyRouteComponent(() => import('./pages/dictionaries/DictionariesPage'), 'DictionariesPage'),
});
const dictionary = createRoute({
  getParentRoute: parent,
  path: '/dictionaries/$digest',
  validateSearch: dictionarySearch,
  search: { middlewares: [stripSearchParams(dictionarySearch.parse({}))] },
  loader: ({ context, params }) => void context.queries.prefetchQuery(api.dictionaries.get.queryOptions(params)),
  component: lazyRouteComponent(() => import('./pages/dictionaries/DictionaryPage'), 'DictionaryPage'),
});

const features = createRoute({
  getParentRoute: parent,
  path: '/features',
  validateSearch: featuresSearch,
  search: { middlewares: [stripSearchParams(featuresSearch.parse({}))] },
  component: lazyRouteComponent(() => import('./pages/features/SearchPage'), 'SearchPage'),
});
const feature = createRoute({
  getParentRoute: parent,
  path: '/features/$dictionary/$index',
  params: {
    parse: (raw) => ({ dictionary: raw.dictionary, index: Number(raw.index) }),
    stringify: (params) => ({ dictionary: params.dictionary, index: String(params.index) }),
  },
  validateSearch: featureSearch,
  search: { middlewares: [stripSearchParams(featureSearch.parse({}))] },
  component: lazyRouteComponent(() => import('./pages/features/FeaturePage'), 'FeaturePage'),
});

const steer = createRoute({
  getParentRoute: parent,
  path: '/steer',
  validateSearch: steerSearch,
  search: { middlewares: [stripSearchParams(steerSearch.parse({}))] },
  component: lazyRouteComponent(() => import('./pages/steer/SteerPage'), 'SteerPage'),
});

const evals = createRoute({
  getParentRoute: parent,
  path: '/evals',
  validateSearch: evalsSearch,
  search: { middlewares: [stripSearchParams(evalsSearch.parse({}))] },
  component: lazyRouteComponent(() => import('./pages/evals/EvalsPage'), 'EvalsPage'),
});
const evalRun = createRoute({
  getParentRoute: parent,
  path: '/evals/$run',
  validateSearch: evalRunSearch,
  search: { middlewares: [stripSearchParams(evalRunSearch.parse({}))] },
  component: lazyRouteComponent(() => import('./pages/evals/EvalRunPage'), 'EvalRunPage'),
});

const studies = createRoute({ getParentRoute: parent, path: '/studies', component: lazyRouteComponent(() => import('./pages/studies/StudiesPage'), 'StudiesPage') });
const study = createRoute({
  getParentRoute: parent,
  path: '/studies/$id',
  validateSearch: studySearch,
  search: { middlewares: [stripSearchParams(studySearch.parse({}))] },
  loader: ({ context, params }) => void context.queries.prefetchQuery(api.studies.get.queryOptions(params)),
  component: lazyRouteComponent(() => import('./pages/studies/StudyPage'), 'StudyPage'),
});

const claims = createRoute({
  getParentRoute: parent,
  path: '/claims',
  validateSearch: claimsSearch,
  search: { middlewares: [stripSearchParams(claimsSearch.parse({}))] },
  component: lazyRouteComponent(() => import('./pages/claims/ClaimsPage'), 'ClaimsPage'),
});
const claim = createRoute({
  getParentRoute: parent,
  path: '/claims/$id',
  validateSearch: claimSearch,
  search: { middlewares: [stripSearchParams(claimSearch.parse({}))] },
  loader: ({ context, params }) => void context.queries.prefetchQuery(api.claims.get.queryOptions(params)),
  component: lazyRouteComponent(() => import('./pages/claims/ClaimPage'), 'ClaimPage'),
});

const routeTree = root.addChildren([
  home, experiments, experiment, job, start, models, model, dictionaries, dictionary, features, feature, steer, evals, evalRun, studies, study, claims, claim,
]);

export const router = createRouter({
  routeTree,
  context: { queries: queryClient },
  defaultPreload: 'intent',
  defaultPreloadStaleTime: 0,
  defaultErrorComponent: Broken,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
