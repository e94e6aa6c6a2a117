import { join, resolve } from 'node:path';

/** Where tests look for published evals: `shared/data/evals` beside the repository, or below SEXTANT_SHARED. */
export const sharedEvals = join(process.env.SEXTANT_SHARED ?? resolve(import.meta.dirname, '../../../../shared'), 'data/evals');
export const withoutSharedEvals = 'skipped without ../shared/data/evals; set SEXTANT_SHARED to its place';
