import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { harvest } from '@sextant/activations';
import { readCorpus } from '@sextant/corpora';
import type { Executor } from '@sextant/jobs';
import { loadModel } from '@sextant/models';
import { backend } from '../backend';
import { madeBy } from '../provenance';

export const activationsHarvest: Executor<'activations.harvest'> = {
  kind: 'activations.harvest',
  async run(context) {
    const { spec, lab, dir, signal, progress } = context;
    const engine = await backend();
    const model = await loadModel(lab.artifacts.path(spec.model));
    try {
      // Shards grow in the job's own folder, which survives a kill; the finished store moves into the lab at once.
      const outDir = join(dir, 'store');
      const manifest = await harvest({
        model,
        corpus: readCorpus(lab.artifacts.path(spec.corpus)),
        hook: spec.hook,
        outDir,
        dtype: spec.dtype,
        batchSize: spec.batchSize,
        maxTokens: spec.maxTokens,
        modelDigest: spec.model,
        corpusDigest: spec.corpus,
        onProgress: progress,
        signal,
      });
      const staged = lab.artifacts.stage('activations');
      cpSync(outDir, staged.dir, { recursive: true });
      const name = `${lab.models.get(spec.model).name} ${spec.hook}`;
      const artifact = await lab.artifacts.commit(staged, madeBy(context, { parents: [spec.model, spec.corpus], backend: engine.name, name }));
      lab.activations.save({
        digest: artifact.digest,
        name,
        model: spec.model,
        corpus: spec.corpus,
        hook: spec.hook,
        dtype: spec.dtype,
        dModel: manifest.plan.d,
        tokens: manifest.plan.tokens,
        shards: manifest.shards.length,
        meanNorm: manifest.statistics.meanNorm,
      });
      return { artifact: artifact.digest, tokens: manifest.plan.tokens };
    } finally {
      model.dispose();
    }
  },
};
