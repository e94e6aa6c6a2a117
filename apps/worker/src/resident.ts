import { loadDictionary, type Dictionary } from '@sextant/dictionaries';
import { openFeatureIndex, type FeatureIndex } from '@sextant/features';
import { loadModel, type LanguageModel } from '@sextant/models';
import { SextantError } from '@sextant/schema';
import type { Lab } from '@sextant/store';
import { backend } from './backend';

/** Keeps the few most recently used values by digest; what falls out is released. */
class Recent<T> {
  readonly #values = new Map<string, Promise<T>>();

  constructor(
    private readonly capacity: number,
    private readonly load: (lab: Lab, digest: string) => Promise<T>,
    private readonly release: (value: T) => void,
  ) {}

  get(lab: Lab, digest: string): Promise<T> {
    const value = this.#values.get(digest) ?? this.load(lab, digest);
    this.#values.delete(digest);
    this.#values.set(digest, value);
    value.catch(() => this.#values.delete(digest));
    const [oldest] = this.#values.keys();
    if (this.#values.size > this.capacity && oldest !== undefined) {
      const dropped = this.#values.get(oldest);
      this.#values.delete(oldest);
      // A request may still hold it; releasing after the load has settled and one long turn is enough for those here.
      void dropped?.then((kept) => setTimeout(() => this.release(kept), 120_000).unref(), () => {});
    }
    return value;
  }
}

const models = new Recent<LanguageModel>(
  2,
  async (lab, digest) => {
    await backend();
    lab.models.get(digest);
    return loadModel(lab.artifacts.path(digest));
  },
  (model) => model.dispose(),
);

const dictionaries = new Recent<Dictionary>(
  4,
  async (lab, digest) => {
    await backend();
    lab.dictionaries.get(digest);
    return loadDictionary(lab.artifacts.path(digest));
  },
  (dictionary) => dictionary.dispose(),
);

/** Labels as they stand: one query for all rows that are read together, before anything else gets its turn. */
function labelsOf(lab: Lab, dictionary: string): (feature: number) => string | null {
  let labels: ReadonlyMap<number, string> | null = null;
  return (feature) => {
    if (labels === null) {
      labels = lab.features.labels(dictionary);
      queueMicrotask(() => (labels = null));
    }
    return labels.get(feature) ?? null;
  };
}

const indexes = new Recent<FeatureIndex>(
  8,
  async (lab, digest) => {
    const { dictionary } = lab.features.getIndex(digest);
    return openFeatureIndex(lab.artifacts.path(digest), { labelOf: labelsOf(lab, dictionary) });
  },
  (index) => index.close(),
);

/** What this process keeps loaded for interactive answers. @throws SextantError NOT_FOUND for what the lab lacks */
export const resident = {
  model: (lab: Lab, digest: string) => models.get(lab, digest),
  dictionary: (lab: Lab, digest: string) => dictionaries.get(lab, digest),
  featureIndex: (lab: Lab, digest: string) => indexes.get(lab, digest),

  /** A feature index with what is needed to run texts through its dictionary. */
  async textSource(lab: Lab, digest: string): Promise<{ index: FeatureIndex; source: { model: LanguageModel; dictionary: Dictionary; hook: string } }> {
    const record = lab.features.getIndex(digest);
    if (record.model === null) {
      throw new SextantError('INVALID_INPUT', `feature index ${digest} does not say which model it belongs to`, { field: 'featureIndex', value: digest });
    }
    const index = await indexes.get(lab, digest);
    return { index, source: { model: await models.get(lab, record.model), dictionary: await dictionaries.get(lab, record.dictionary), hook: index.hook } };
  },

  /** The newest feature index of a dictionary: the source of a dose's unit. */
  async indexOfDictionary(lab: Lab, dictionary: string): Promise<FeatureIndex> {
    const [newest] = lab.features.indexes({ dictionary, limit: 1 }).items;
    if (newest === undefined) {
      throw new SextantError('INVALID_INPUT', `dictionary ${dictionary} has no feature index, so a dose in × its features' max has no unit; build one first`, {
        field: 'dictionary',
        value: dictionary,
      });
    }
    return indexes.get(lab, newest.digest);
  },
};
