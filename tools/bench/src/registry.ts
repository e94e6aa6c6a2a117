import { SextantError } from '@sextant/schema';
import type { BenchRow } from './row';
import { featureIndex } from './rows/featureIndex';
import { l1DictionaryLearning } from './rows/l1DictionaryLearning';
import { lmGenerate } from './rows/lmGenerate';
import { lmHarvest } from './rows/lmHarvest';
import { lmTrain } from './rows/lmTrain';
import { smolLM2Generate } from './rows/smolLM2Generate';
import { smolLM2Harvest } from './rows/smolLM2Harvest';
import { steeredVariants } from './rows/steeredVariants';
import { topkDictionaryLearning } from './rows/topkDictionaryLearning';
import { topkSaeLens } from './rows/topkSaeLens';
import { topkSparsify } from './rows/topkSparsify';

/** Every row of the bench, in the order of the table. */
export const rows: readonly BenchRow[] = [
  ...topkDictionaryLearning,
  ...topkSaeLens,
  ...topkSparsify,
  ...l1DictionaryLearning,
  lmTrain,
  ...lmHarvest,
  ...lmGenerate,
  smolLM2Harvest,
  ...smolLM2Generate,
  steeredVariants,
  featureIndex,
];

/** Rows whose name is `name`, or begins with it and a dash. @throws SextantError NOT_FOUND */
export function rowsNamed(name: string): BenchRow[] {
  const found = rows.filter((row) => row.name === name || row.name.startsWith(`${name}-`));
  if (found.length > 0) return found;
  throw new SextantError('NOT_FOUND', `the bench has no row "${name}"; its rows are ${rows.map((row) => row.name).join(', ')}`, { value: name });
}

export const rowOf = (name: string): BenchRow => {
  const row = rows.find((candidate) => candidate.name === name);
  if (!row) throw new SextantError('NOT_FOUND', `the bench has no row "${name}"`, { value: name });
  return row;
};
