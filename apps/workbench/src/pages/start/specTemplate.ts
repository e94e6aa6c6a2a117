import type { JobKind } from '@sextant/schema';

/** What the lab has to build on; a missing one leaves its field empty for the check to name. */
export interface LabDigests {
  model?: string;
  hook?: string;
  corpus?: string;
  activations?: string;
  dictionary?: string;
  featureIndex?: string;
}

/** A spec to begin with for each kind of job: the fields one must think about, filled from the lab where it can be. */
export function specTemplate(kind: JobKind, lab: LabDigests): Record<string, unknown> {
  const templates: Record<JobKind, Record<string, unknown>> = {
    'model.import': { path: '', name: '' },
    'corpus.create': { name: '', model: lab.model ?? '', source: { kind: 'world', seed: 0, tokens: 1_000_000 } },
    'activations.harvest': { model: lab.model ?? '', corpus: lab.corpus ?? '', hook: lab.hook ?? '' },
    'dictionary.import': { path: '', name: '', ...(lab.model === undefined ? {} : { model: lab.model, hook: lab.hook ?? '' }) },
    'dictionary.train': { name: '', activations: lab.activations ?? '', architecture: 'topk', n: 1024, k: 24, steps: 1500, seed: 0 },
    'features.index': { dictionary: lab.dictionary ?? '', activations: lab.activations ?? '' },
    'vector.make': { name: '', model: lab.model ?? '', hook: lab.hook ?? '', method: 'mean-difference', positive: [], negative: [] },
    'eval.run': { model: lab.model ?? '', task: 'world:facts' },
    'study.run': {
      name: '', model: lab.model ?? '', dictionary: lab.dictionary ?? '', featureIndex: lab.featureIndex ?? '', task: 'world:sycophancy', hypothesis: '', direction: 'lower', doses: [-2, -1, 1, 2], seed: 0,
    },
  };
  return templates[kind];
}
