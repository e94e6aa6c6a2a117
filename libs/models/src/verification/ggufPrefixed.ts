import { basename } from 'node:path';
import type { SafetensorsFile } from '@sextant/formats';
import { generate } from '../generate';
import type { LanguageModel } from '../languageModel';
import { checkpointTensors } from '../saveModel';
import { hiddenStates, joined, take } from './capture';
import { compareExactly, compareValues, tolerances, type ReferenceCheck } from './check';
import type { References } from './references';

/** References of several files in one: `<name>.logits` is of the file that is called so, or ends in `-<name>`. */
export const holdsPrefixed = ({ tensors }: References): boolean => tensors.has('input_ids') && prefixes(tensors).length > 0;

const prefixes = (tensors: SafetensorsFile): string[] => tensors.names().flatMap((name) => (/^[^.]+\.logits$/.test(name) ? [name.slice(0, -'.logits'.length)] : []));

/** The longest prefix that the model's file name ends in. */
function prefixOf(tensors: SafetensorsFile, path: string): string | null {
  const name = basename(path).replace(/\.gguf$/i, '').toLowerCase();
  const known = prefixes(tensors);
  const own = known.filter((prefix) => name === prefix.toLowerCase() || new RegExp(`[-_.]${prefix.toLowerCase()}$`).test(name));
  return own.sort((a, b) => b.length - a.length)[0] ?? (known.length === 1 ? known[0]! : null);
}

/** Logits of one sequence, hidden states of its last position, greedy ids, and rows of the weights as they are read. */
export async function checkPrefixed(model: LanguageModel, { tensors }: References): Promise<ReferenceCheck[]> {
  const prefix = prefixOf(tensors, model.files.path);
  if (prefix === null) return [];
  const ids = [[...tensors.readInt('input_ids')]];
  const { dModel } = model.config;
  const compare = (tensor: string, found: Float32Array) => compareValues(tensor, found, tensors.read(tensor), { tolerance: tolerances.values });
  const checks = [compare(`${prefix}.logits`, take(model.forward({ ids })))];
  if (tensors.has(`${prefix}.last_hidden_states`)) {
    const last = hiddenStates(model, { ids }).map((values) => values.subarray(values.length - dModel));
    checks.push(compare(`${prefix}.last_hidden_states`, joined(last)));
  }
  if (tensors.has(`${prefix}.greedy_ids`)) {
    const expected = tensors.readInt(`${prefix}.greedy_ids`);
    const [row] = await generate(model, ids, { maxNewTokens: expected.length, stop: [] });
    checks.push(compareExactly(`${prefix}.greedy_ids`, row!.ids, expected));
  }
  return [...checks, ...weightsOf(model, tensors, `${prefix}.dequant.`)];
}

/** First rows of weights under their Hugging Face names. */
function weightsOf(model: LanguageModel, tensors: SafetensorsFile, prefix: string): ReferenceCheck[] {
  const names = tensors.names().filter((name) => name.startsWith(prefix));
  if (names.length === 0) return [];
  const own = checkpointTensors(model, 'F32');
  return names.map((name) => {
    const expected = tensors.read(name);
    const data = own[name.slice(prefix.length)]?.data ?? [];
    const found = Array.from(expected, (_, i) => Number(data[i] ?? NaN));
    return compareValues(name, found, expected, { tolerance: tolerances.weights, unit: (i) => Math.abs(expected[i]!) || 1 });
  });
}
