import { join } from 'node:path';
import { writeSafetensors } from '@sextant/formats';
import type { Executor } from '@sextant/jobs';
import { makeVector } from '@sextant/steering';
import { backend } from '../backend';
import { madeBy } from '../provenance';
import { resident } from '../resident';
import { VECTOR_FILE } from '../steeringSources';

export const vectorMake: Executor<'vector.make'> = {
  kind: 'vector.make',
  async run(context) {
    const { spec, lab, signal } = context;
    const engine = await backend();
    const model = await resident.model(lab, spec.model);
    const dictionary = spec.feature && (await resident.dictionary(lab, spec.feature.dictionary));
    const { method, hook, positive, negative, feature, seed, name } = spec;
    const d = model.config.dModel;
    const { values, norm, convention } = await makeVector(method, { model, hook, d, positive, negative, feature, dictionary, seed, signal });
    const staged = lab.artifacts.stage('vector');
    writeSafetensors(join(staged.dir, VECTOR_FILE), { vector: { dtype: 'F32', shape: [d], data: values } }, { method, hook, convention });
    const parents = feature ? [spec.model, feature.dictionary] : [spec.model];
    const artifact = await lab.artifacts.commit(staged, madeBy(context, { parents, backend: engine.name, seed, name }));
    lab.vectors.save({ digest: artifact.digest, name, model: spec.model, hook, method, d, norm });
    return { artifact: artifact.digest, norm };
  },
};
