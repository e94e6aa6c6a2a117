import { join } from 'node:path';
import { openActivations, shuffledBatches, type ActivationStore } from '@sextant/activations';
import { Rng } from '@sextant/compute';
import { readCorpus } from '@sextant/corpora';
import { activationScale, saveDictionary, trainDictionary, type TrainOptions } from '@sextant/dictionaries';
import type { Executor } from '@sextant/jobs';
import type { JobSpec } from '@sextant/schema';
import { backend } from '../backend';
import { scoreHeldOut, trainingTokens } from '../dictionaryScores';
import { madeBy } from '../provenance';
import { resident } from '../resident';

export const dictionaryTrain: Executor<'dictionary.train'> = {
  kind: 'dictionary.train',
  async run(context) {
    const { spec, lab, dir, signal, progress } = context;
    const engine = await backend();
    const source = lab.activations.get(spec.activations);
    const store = openActivations(lab.artifacts.path(spec.activations));
    const { steps, batchSize, seed, architecture, n, name } = spec;
    const { dictionary, frequencies, settings } = await trainDictionary({
      ...trainingOf(spec, store),
      metadata: { model_name: lab.models.get(source.model).name, hook_name: source.hook, context_size: store.contextLength, prepend_bos: true },
      checkpoint: { dir: join(dir, 'checkpoint'), every: spec.checkpointEvery },
      signal,
      onMetrics: ({ step, loss, l0, explainedVariance, deadShare }) =>
        progress({ stage: 'train', done: step * batchSize, total: steps * batchSize, unit: 'tokens', step, metrics: { loss, l0, explainedVariance, deadShare } }),
    });
    try {
      const model = await resident.model(lab, source.model);
      const corpus = readCorpus(lab.artifacts.path(source.corpus));
      const scores = await scoreHeldOut({
        dictionary,
        store,
        model,
        corpus,
        signal,
        onProgress: (done, total) => progress({ stage: 'score', done, total, unit: 'tokens' }),
      });
      const staged = lab.artifacts.stage('dictionary');
      saveDictionary(dictionary, staged.dir, { frequencies });
      const parents = [spec.activations, source.model];
      const artifact = await lab.artifacts.commit(staged, madeBy(context, { parents, backend: engine.name, seed, name }));
      lab.dictionaries.save({
        digest: artifact.digest,
        name,
        architecture,
        d: store.d,
        n,
        k: spec.k ?? null,
        hook: source.hook,
        model: source.model,
        activations: spec.activations,
        scores,
        trainedTokens: settings.steps * settings.batchSize,
        seed,
      });
      return { artifact: artifact.digest, ...scores };
    } finally {
      dictionary.dispose();
    }
  },
};

/** How a job's spec asks for its dictionary to be trained on a store. */
export function trainingOf(spec: JobSpec<'dictionary.train'>, store: ActivationStore): TrainOptions {
  const { architecture, n, steps, batchSize, learningRate, seed } = spec;
  return {
    ...{ architecture, d: store.d, n, steps, batchSize, learningRate, seed },
    scale: activationScale('mean-square', store.statistics, store.d),
    normalisation: 'mean-square',
    options: architectureOptions(spec),
    batches: shuffledBatches(store, { batchSize, tokens: trainingTokens(store), rng: new Rng(seed).fork('shuffle') }),
  };
}

/** What of a job's spec belongs to the architecture alone. */
function architectureOptions({ k, l1 }: JobSpec<'dictionary.train'>): Record<string, unknown> {
  return { ...(k === undefined ? {} : { k }), ...(l1 === undefined ? {} : { l1 }) };
}
