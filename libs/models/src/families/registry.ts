import { SextantError } from '@sextant/schema';
import type { ConfigReader } from '../configReader';
import type { Family } from './family';
import { llama } from './llama';

/** Every family that can be loaded. Adding one is a file, a test and a line here. */
export const families: readonly Family[] = [llama];

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
