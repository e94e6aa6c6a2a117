import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { dictionaryFiles, loadDictionary, saveDictionary, type Dictionary } from '@sextant/dictionaries';
import type { Executor } from '@sextant/jobs';
import { SextantError, type ModelRecord } from '@sextant/schema';
import { backend } from '../backend';
import { madeBy } from '../provenance';

/**
 * Brings a dictionary into the lab as a SAELens folder: the same numbers under the house's names. Its metadata keep the format it came
 * in and the SHA-256 of each file.
 */
export const dictionaryImport: Executor<'dictionary.import'> = {
  kind: 'dictionary.import',
  async run(context) {
    const { spec, lab, progress, log } = context;
    const engine = await backend();
    const path = resolve(spec.path);
    const { format, files } = dictionaryFiles(path);
    progress({ stage: 'load', done: 0, total: 1, unit: 'dictionaries', message: path });
    const dictionary = loadDictionary(path);
    const staged = lab.artifacts.stage('dictionary');
    try {
      const hook = spec.hook ?? dictionary.hook;
      const model = spec.model === undefined ? null : lab.models.get(spec.model);
      if (model) checkFits(dictionary, model, hook);
      for (const note of dictionary.notes) log(note);
      const hashed = files.map(async (file) => ({ name: basename(file), bytes: statSync(file).size, sha256: await sha256(file) }));
      const imported_from = { format, files: await Promise.all(hashed) };
      saveDictionary(dictionary, staged.dir, { metadata: { ...(hook === null ? {} : { hook_name: hook }), imported_from } });
      const name = spec.name ?? (statSync(path).isDirectory() ? basename(path) : basename(dirname(path)));
      progress({ stage: 'hash', done: 0, total: 1, unit: 'dictionaries' });
      const artifact = await lab.artifacts.commit(staged, madeBy(context, { parents: model ? [model.digest] : [], backend: engine.name, name }));
      const { architecture, d, n, config: { options } } = dictionary;
      const k = typeof options.k === 'number' && Number.isInteger(options.k) ? options.k : null;
      const untrained = { activations: null, scores: null, trainedTokens: null, seed: null };
      lab.dictionaries.save({ digest: artifact.digest, name, architecture, d, n, k, hook, model: model?.digest ?? null, ...untrained });
      return { artifact: artifact.digest, format };
    } finally {
      dictionary.dispose();
      lab.artifacts.discard(staged);
    }
  },
};

/** @throws SextantError INVALID_INPUT when the model has no such hook, or one of another width */
function checkFits({ d }: Dictionary, { name, hookPoints }: ModelRecord, hook: string | null): void {
  if (hook === null) throw new SextantError('INVALID_INPUT', 'the files do not say which hook the dictionary reads; name it', { field: 'hook', hint: '--hook NAME' });
  const point = hookPoints.find((candidate) => candidate.name === hook);
  if (!point) throw new SextantError('INVALID_INPUT', `model ${name} has no hook ${hook}`, { field: 'hook', value: hook });
  const width = point.shape.reduce<number>((product, size) => (typeof size === 'number' ? product * size : product), 1);
  if (width === d) return;
  throw new SextantError('INVALID_INPUT', `the dictionary reads activations of width ${d}; ${hook} of ${name} has ${width}`, { field: 'hook', value: hook });
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
