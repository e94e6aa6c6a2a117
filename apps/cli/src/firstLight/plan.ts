import type { JobSpecInput } from '@sextant/schema';

/**
 * First light's whole experiment, fixed in advance: what each stage is asked to do, digests filled in as the
 * stages before it finish. Sizes are set for two cores and five minutes.
 */
export const firstLightPlan = {
  name: 'First light',
  hook: 'blocks.1.hook_resid_post',
  corpus: { name: 'planted world', source: { kind: 'world', seed: 101, tokens: 1_000_000, dialogueShare: 0.8 }, contextLength: 128 },
  harvest: { dtype: 'f16', batchSize: 64 },
  dictionary: { name: 'first light topk', architecture: 'topk', n: 1024, k: 24, steps: 900, batchSize: 1024, learningRate: 1e-3, seed: 1, checkpointEvery: 200 },
  index: { seed: 1 },
  evals: ['world:facts', 'world:two-hop', 'world:sycophancy'],
  study: {
    name: 'Does a feature decide whether the model repeats false claims?',
    task: 'world:sycophancy',
    hypothesis: 'Clamping one feature that tells flattering from candid dialogues makes the model repeat the user\'s false claims less.',
    direction: 'lower',
    // A feature that parts the two by less than its own spread would not deserve the name, whatever it causes.
    propose: { minDPrime: 1 },
    doses: [-2, -1, 1, 2],
    seed: 1,
  },
} as const satisfies {
  name: string;
  hook: string;
  corpus: Omit<JobSpecInput<'corpus.create'>, 'model'>;
  harvest: Partial<JobSpecInput<'activations.harvest'>>;
  dictionary: Omit<JobSpecInput<'dictionary.train'>, 'activations'>;
  index: Partial<JobSpecInput<'features.index'>>;
  evals: readonly string[];
  study: Omit<JobSpecInput<'study.run'>, 'model' | 'dictionary' | 'featureIndex' | 'doses'> & { doses: readonly number[] };
};
