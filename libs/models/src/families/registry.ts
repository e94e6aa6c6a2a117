import { SextantError } from '@sextant/schema';
import type { Architecture } from '../architecture';
import type { ConfigReader } from '../configReader';
import type { Family } from './family';
import { gemma2 } from './gemma2';
import { gemma3 } from './gemma3';
import { gpt2 } from './gpt2';
import { gptNeo } from './gptNeo';
import { gptNeox } from './gptNeox';
import { llama } from './llama';
import { mistral } from './mistral';
import { qwen2 } from './qwen2';
import { qwen3 } from './qwen3';
import { refuseUnreadKeys } from './unreadKeys';

/** Every family that can be loaded. Adding one is a file, a test and a line here. */
export const families: readonly Family[] = [llama, gpt2, gptNeox, mistral, qwen2, qwen3, gemma2, gemma3, gptNeo];

/**
 * The family that reads this config.json.
 * @throws SextantError INVALID_FILE naming the model type and those that are known.
 */
export function familyOf(config: ConfigReader): Family {
  const type = config.text('model_type');
  const family = families.find(({ modelTypes }) => modelTypes.includes(type));
  if (family) return family;
  const known = families.flatMap(({ modelTypes }) => modelTypes).sort();
  throw new SextantError('INVALID_FILE', `${config.file}: model_type ${JSON.stringify(type)} is not supported; supported are ${known.join(', ')}`, {
    file: config.file,
    field: 'model_type',
    value: type,
    hint: 'docs/models.md shows how to add a family in one file',
  });
}

/**
 * What a config.json describes, and its family.
 * @throws SextantError INVALID_FILE naming the field that is missing, wrong, not supported, or not known to the family.
 */
export function describeModel(config: ConfigReader): { family: Family; architecture: Architecture } {
  const family = familyOf(config);
  const architecture = family.architecture(config);
  refuseUnreadKeys(config, family.name);
  return { family, architecture };
}
