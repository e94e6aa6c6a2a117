import { SextantError } from '@sextant/schema';
import type { GgufFile } from '@sextant/formats';
import type { GgufArchitecture } from './architecture';
import { gemma2 } from './gemma2';
import { gemma3 } from './gemma3';
import { gpt2 } from './gpt2';
import { gptNeox } from './gptNeox';
import { llama } from './llama';
import { qwen2 } from './qwen2';
import { qwen3 } from './qwen3';

/** Every architecture of llama.cpp that is read. (GPT-Neo has none there.) */
export const ggufArchitectures: readonly GgufArchitecture[] = [llama, qwen2, qwen3, gemma2, gemma3, gpt2, gptNeox];

/** @throws SextantError INVALID_FILE naming the architecture and those that are read. */
export function ggufArchitectureOf(file: GgufFile): GgufArchitecture {
  const name = file.metadata.get('general.architecture');
  const known = ggufArchitectures.find((each) => each.name === name);
  if (known) return known;
  const names = ggufArchitectures.map((each) => each.name).join(', ');
  throw new SextantError('INVALID_FILE', `${file.path}: general.architecture is ${JSON.stringify(name) ?? 'missing'}; these are read: ${names}`, {
    file: file.path,
    field: 'general.architecture',
    value: name,
    hint: 'docs/models.md shows how to add one in one file',
  });
}
