import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { checkpointFiles, hubSettings, isHubReference, listHubModel, parseHubReference } from '@sextant/models';
import { sourceOnDisk } from '../modelSource';
import { timed, type Estimator } from './estimator';

/** Every file is read, hashed and copied; the smallest of the larger ones is timed for that. Of a download only the size is known. */
export const modelImport: Estimator<'model.import'> = async ({ path }, { signal }) => {
  if (isHubReference(path)) {
    const { files, commit } = await listHubModel(parseHubReference(path), hubSettings(), signal);
    const bytes = files.reduce((total, { size }) => total + size, 0);
    return { amount: files.length, unit: 'files', bytes, seconds: null, basis: `the sizes that the hub states for commit ${commit.slice(0, 10)}` };
  }
  const files = checkpointFiles(sourceOnDisk(path).path).files.map((file) => ({ ...file, size: statSync(file.path).size }));
  const bytes = files.reduce((total, { size }) => total + size, 0);
  const sample = files.filter(({ size }) => size > 100_000).sort((a, b) => a.size - b.size)[0] ?? files[0];
  if (sample === undefined || sample.size > 2 ** 30) return { amount: files.length, unit: 'files', bytes, seconds: null, basis: 'the sizes of the files' };
  const { seconds } = await timed(() => createHash('sha256').update(readFileSync(sample.path)).digest());
  return { amount: files.length, unit: 'files', bytes, seconds: (2 * bytes * seconds) / sample.size, basis: `reading and hashing ${basename(sample.path)}, twice for every file` };
};
