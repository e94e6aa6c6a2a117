import { SextantError } from '@sextant/schema';
import { abstopk } from './abstopk';
import type { Architecture } from './architecture';
import { batchtopk } from './batchtopk';
import { gated } from './gated';
import { groupmax } from './groupmax';
import { jumprelu } from './jumprelu';
import { jumpreluSkipTranscoder } from './jumpreluSkipTranscoder';
import { jumpreluTranscoder } from './jumpreluTranscoder';
import { matryoshkaBatchtopk } from './matryoshkaBatchtopk';
import { signedTopk } from './signedTopk';
import { skipTranscoder } from './skipTranscoder';
import { standard } from './standard';
import { topk } from './topk';
import { topkSkip, topkSkipTranscoder, topkTranscoder } from './topkTranscoder';
import { transcoder } from './transcoder';

const all: Architecture[] = [
  standard,
  topk,
  gated,
  jumprelu,
  batchtopk,
  matryoshkaBatchtopk,
  abstopk,
  transcoder,
  skipTranscoder,
  jumpreluTranscoder,
  jumpreluSkipTranscoder,
  signedTopk,
  groupmax,
  topkTranscoder,
  topkSkipTranscoder,
  topkSkip,
];

/** Every architecture that can encode, by name. */
export const architectures: ReadonlyMap<string, Architecture> = new Map(all.map((architecture) => [architecture.name, architecture]));

/** @throws SextantError INVALID_INPUT for a name that is not in the registry: nothing falls back to ReLU */
export function architectureOf(name: unknown): Architecture {
  const found = typeof name === 'string' ? architectures.get(name) : undefined;
  if (found) return found;
  throw new SextantError('INVALID_INPUT', `architecture ${JSON.stringify(name)} is unknown; known are ${[...architectures.keys()].join(', ')}`, {
    field: 'architecture',
    value: name,
  });
}
