import { constants, copyFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Executor, JobContext } from '@sextant/jobs';
import { checkpointFiles, downloadModel, hubSettings, isHubReference, listHubModel, loadModel, parseHubReference } from '@sextant/models';
import { backend } from '../backend';
import { sourceOnDisk } from '../modelSource';
import { madeBy } from '../provenance';

const cards = ['README.md', 'MODEL_CARD.md'];

/** Brings a model into the lab as it is stored: a GGUF file stays one. What is loaded as a check is the copy. */
export const modelImport: Executor<'model.import'> = {
  kind: 'model.import',
  async run(context) {
    const { spec, lab, progress } = context;
    const engine = await backend();
    const { path, name } = isHubReference(spec.path) ? await download(context) : sourceOnDisk(spec.path);
    const { files } = checkpointFiles(path);
    const staged = lab.artifacts.stage('model');
    try {
      for (const [done, file] of files.entries()) {
        progress({ stage: 'copy', done, total: files.length, unit: 'files', message: file.name });
        copyFileSync(file.path, join(staged.dir, file.name), constants.COPYFILE_FICLONE);
      }
      progress({ stage: 'load', done: 0, total: 1, unit: 'models', message: name });
      const model = await loadModel(staged.dir);
      try {
        const card = cards.map((file) => join(staged.dir, file)).find(existsSync);
        const text = card === undefined ? null : readFileSync(card, 'utf8');
        progress({ stage: 'hash', done: 0, total: files.length, unit: 'files' });
        const artifact = await lab.artifacts.commit(staged, madeBy(context, { parents: [], backend: engine.name, name: spec.name ?? name }));
        lab.models.save({
          digest: artifact.digest,
          name: spec.name ?? name,
          family: model.config.family,
          parameters: model.config.parameters,
          config: { ...model.config },
          hookPoints: model.hookPoints(),
          card: text,
        });
        return { artifact: artifact.digest };
      } finally {
        model.dispose();
      }
    } finally {
      lab.artifacts.discard(staged);
    }
  },
};

/** Into the job's own folder, where an attempt that broke off left what it had. */
async function download({ spec, dir, signal, progress, log }: JobContext<'model.import'>): Promise<{ path: string; name: string }> {
  const reference = parseHubReference(spec.path);
  const settings = hubSettings();
  progress({ stage: 'ask the hub', done: 0, total: 1, unit: 'repositories', message: settings.endpoint });
  const model = await listHubModel(reference, settings, signal);
  log(`${model.repository} at commit ${model.commit}: ${model.files.map(({ path }) => path).join(', ')}`);
  const target = join(dir, model.commit);
  await downloadModel(model, {
    ...settings,
    dir: target,
    signal,
    onProgress: ({ file, done, total }) => progress({ stage: 'download', done, total, unit: 'bytes', message: file }),
  });
  const name = reference.file ?? reference.repository;
  return { path: target, name: name.split('/').pop()!.replace(/\.gguf$/, '') };
}
