import { SextantError } from '@sextant/schema';
import { constantNorm } from './constantNorm';
import { expectedAverage } from './expectedAverage';
import { layerNorm } from './layerNorm';
import { none } from './none';
import type { Normalisation } from './normalisation';

/** Every normalisation, by its SAELens name. */
export const normalisations: ReadonlyMap<string, Normalisation> = new Map(
  [none, layerNorm, constantNorm, expectedAverage].map((normalisation) => [normalisation.name, normalisation]),
);

export function normalisationOf(name: string): Normalisation {
  const found = normalisations.get(name);
  if (found) return found;
  throw new SextantError('INVALID_INPUT', `normalisation "${name}" is unknown; known are ${[...normalisations.keys()].join(', ')}`, {
    field: 'normalisation',
    value: name,
  });
}
