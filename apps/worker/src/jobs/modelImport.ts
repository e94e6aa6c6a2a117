import { cpSync, existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { Executor } from '@sextant/jobs';
import { loadModel } from '@sextant/models';
import { SextantError } from '@sextant/schema';
import { backend } from '../backend';
import { madeBy } from '../provenance';

const cards = ['README.md', 'MODEL_CARD.md'];

/** Whether a file belongs to a Hugging Face model folder; anything else beside them stays where it is. */
export const belongsToModel = (file: string): boolean => /\.(safetensors|json|jinja|md|model|txt)$/.test(file);

export const modelImport: Executor<'model.import'> = {
  kind: 'model.import',
  async run(context) {
    const { spec, lab, progress } = context;
    const source = resolve(spec.path);
    if (!existsSync(join(source, 'config.json'))) {
      throw new SextantError('INVALID_INPUT', `${source} is not a Hugging Face model folder: it has no config.json`, { field: 'path', value: spec.path });
    }
    const name = spec.name ?? basename(source);
    const engine = await backend();
    progress({ stage: 'load', done: 0, total: 2, unit: 'steps', message: source });
    const model = await loadModel(source);
    try {
      progress({ stage: 'copy and hash', done: 1, total: 2, unit: 'steps' });
      const staged = lab.artifacts.stage('model');
      for (const file of readdirSync(source).filter(belongsToModel)) cpSync(join(source, file), join(staged.dir, file), { dereference: true });
      const card = cards.map((file) => join(source, file)).find(existsSync);
      const artifact = await lab.artifacts.commit(staged, madeBy(context, { parents: [], backend: engine.name, name }));
      lab.models.save({
        digest: artifact.digest,
        name,
        family: model.config.family,
        parameters: model.config.parameters,
        config: { ...model.config },
        hookPoints: model.hookPoints(),
        card: card ? readFileSync(card, 'utf8') : null,
      });
      return { artifact: artifact.digest };
    } finally {
      model.dispose();
    }
  },
};
