import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { harvest, openActivations, shuffleBuffer, type ActivationStore, type ShuffleState } from '@sextant/activations';
import { Rng, tf } from '@sextant/compute';
import { buildWorld, readCorpus, standardWorldSeed, worldDocuments, writeCorpus } from '@sextant/corpora';
import { activationScale, trainDictionary, type BatchSource, type Dictionary } from '@sextant/dictionaries';
import type { LanguageModel } from '@sextant/models';
import type { FeatureStatistics } from '@sextant/studies';

/** What first light trains, so that its claim can be tried again with other seeds. */
export const dictionarySettings = {
  hook: 'blocks.1.hook_resid_post',
  corpus: { seed: 101, tokens: 1_000_000, dialogueShare: 0.8, contextLength: 128 },
  training: { architecture: 'topk', n: 1024, k: 24, steps: 900, batchSize: 1024, learningRate: 1e-3 },
} as const;

/** Harvests the activations that every dictionary of the comparison is trained on. */
export async function harvestActivations(model: LanguageModel, dir: string, hook: string = dictionarySettings.hook): Promise<ActivationStore> {
  const { seed, tokens, dialogueShare, contextLength } = dictionarySettings.corpus;
  const documents = worldDocuments(buildWorld(standardWorldSeed), { seed, dialogueShare });
  const folder = join(dir, 'corpus');
  mkdirSync(folder);
  await writeCorpus(folder, { name: 'planted world', source: { kind: 'world', seed }, seed, tokenizer: model.tokenizer, documents, contextLength, maxTokens: tokens });
  const outDir = join(dir, 'activations');
  await harvest({ model, corpus: readCorpus(folder), hook, outDir, dtype: 'f16', batchSize: 64 });
  return openActivations(outDir);
}

/** Trains the dictionary of one seed. The caller disposes it. */
export async function dictionaryOfSeed(store: ActivationStore, seed: number, hook: string = dictionarySettings.hook): Promise<Dictionary> {
  const { training } = dictionarySettings;
  const { k, batchSize, ...settings } = training;
  const batches = (state: unknown): BatchSource =>
    shuffleBuffer(store, isShuffleState(state) ? state : { batchSize, rng: new Rng(seed).fork('shuffle') });
  const { dictionary } = await trainDictionary({
    ...settings,
    ...{ batchSize, seed, batches },
    d: store.d,
    scale: activationScale('mean-square', store.statistics, store.d),
    normalisation: 'mean-square',
    options: { k },
    metadata: { hook_name: hook },
  });
  return dictionary;
}

function isShuffleState(state: unknown): state is ShuffleState {
  return typeof state === 'object' && state !== null && 'offset' in state && 'buffer' in state && 'rng' in state;
}

/** Largest activation and density of every feature over the stored activations. */
export function statisticsOf(dictionary: Dictionary, store: ActivationStore): FeatureStatistics {
  const max = new Float64Array(dictionary.n);
  const fired = new Float64Array(dictionary.n);
  const chunk = 4096;
  for (let from = 0; from < store.tokens; from += chunk) {
    const count = Math.min(chunk, store.tokens - from);
    const h = tf.tensor2d(store.readActivations(from, count), [count, store.d]);
    const { indices, values } = dictionary.encodeSparse(h);
    h.dispose();
    indices.forEach((feature, i) => {
      if (!(values[i]! > 0)) return;
      fired[feature]!++;
      max[feature] = Math.max(max[feature]!, values[i]!);
    });
  }
  return { n: dictionary.n, maxActivation: (feature) => max[feature]!, density: (feature) => fired[feature]! / store.tokens };
}
