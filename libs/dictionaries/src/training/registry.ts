import { SextantError } from '@sextant/schema';
import { batchtopkTraining } from './batchtopk';
import { gatedTraining } from './gated';
import { jumpreluTraining } from './jumprelu';
import { matryoshkaTraining } from './matryoshkaBatchtopk';
import { standardTraining } from './standard';
import { topkTraining } from './topk';
import type { TrainableArchitecture } from './trainable';

/** Every architecture that can be trained, by name. */
export const trainableArchitectures: ReadonlyMap<string, TrainableArchitecture> = new Map(
  [standardTraining, topkTraining, jumpreluTraining, gatedTraining, batchtopkTraining, matryoshkaTraining].map((architecture) => [
    architecture.name,
    architecture,
  ]),
);

/** @throws SextantError INVALID_INPUT for a name that cannot be trained here */
export function trainableOf(name: string): TrainableArchitecture {
  const found = trainableArchitectures.get(name);
  if (found) return found;
  throw new SextantError('INVALID_INPUT', `architecture "${name}" cannot be trained here; choose one of ${[...trainableArchitectures.keys()].join(', ')}`, {
    field: 'architecture',
    value: name,
  });
}
