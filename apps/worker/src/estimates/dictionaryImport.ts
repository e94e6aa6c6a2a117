import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { dictionaryFiles } from '@sextant/dictionaries';
import type { Estimator } from './estimator';

/** It is read and written once; that takes seconds and is not timed. */
export const dictionaryImport: Estimator<'dictionary.import'> = async ({ path }) => {
  const { files } = dictionaryFiles(resolve(path));
  const bytes = files.reduce((total, file) => total + statSync(file).size, 0);
  return { amount: files.length, unit: 'files', bytes, seconds: null, basis: 'the sizes of the files' };
};
