import { openActivations } from '@sextant/activations';
import { loadDictionary } from '@sextant/dictionaries';
import { buildFeatureIndex, openFeatureIndex, readoutOf } from '@sextant/features';
import type { Executor } from '@sextant/jobs';
import { loadModel } from '@sextant/models';
import { backend } from '../backend';
import { madeBy } from '../provenance';

export const featuresIndex: Executor<'features.index'> = {
  kind: 'features.index',
  async run(context) {
    const { spec, lab, signal, progress } = context;
    const engine = await backend();
    const source = lab.activations.get(spec.activations);
    const activations = openActivations(lab.artifacts.path(spec.activations));
    const dictionary = await loadDictionary(lab.artifacts.path(spec.dictionary));
    const model = await loadModel(lab.artifacts.path(source.model));
    const staged = lab.artifacts.stage('features');
    try {
      await buildFeatureIndex({
        dictionary,
        activations,
        readout: await readoutOf(model),
        piece: (id) => model.tokenizer.piece(id),
        outDir: staged.dir,
        seed: spec.seed,
        maxTokens: spec.maxTokens,
        digests: { dictionary: spec.dictionary, activations: spec.activations, model: source.model },
        onProgress: progress,
        signal,
      });
      const { name } = lab.dictionaries.get(spec.dictionary);
      const parents = [spec.dictionary, spec.activations, source.model];
      const artifact = await lab.artifacts.commit(staged, madeBy(context, { parents, backend: engine.name, seed: spec.seed, name: `features of ${name}` }));
      const index = openFeatureIndex(lab.artifacts.path(artifact.digest));
      const { dictionary: of, activations: over } = spec;
      const record = { digest: artifact.digest, dictionary: of, activations: over, model: source.model, features: index.n, tokens: index.tokens };
      lab.features.save(record, Array.from({ length: index.n }, (_, feature) => index.row(feature)));
      index.close();
      return { artifact: artifact.digest, features: index.n };
    } finally {
      model.dispose();
      dictionary.dispose();
    }
  },
};
