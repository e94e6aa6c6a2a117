import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { belongsToModel } from '../jobs/modelImport';
import { timed, type Estimator } from './estimator';

/** Every file is read, hashed and copied; the smallest of the larger ones is timed for that. */
export const modelImport: Estimator<'model.import'> = async ({ path }) => {
  const folder = resolve(path);
  const files = readdirSync(folder).filter(belongsToModel).map((name) => ({ name, size: statSync(join(folder, name)).size }));
  const bytes = files.reduce((total, { size }) => total + size, 0);
  const sample = files.filter(({ size }) => size > 100_000).sort((a, b) => a.size - b.size)[0] ?? files[0];
  if (sample === undefined || sample.size > 2 ** 30) return { amount: files.length, unit: 'files', bytes, seconds: null, basis: 'the sizes of the folder’s files' };
  const { seconds } = await timed(() => createHash('sha256').update(readFileSync(join(folder, sample.name))).digest());
  return { amount: files.length, unit: 'files', bytes, seconds: (2 * bytes * seconds) / sample.size, basis: `reading and hashing ${sample.name}, twice for every file` };
};
