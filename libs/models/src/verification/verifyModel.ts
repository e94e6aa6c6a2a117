import { SextantError } from '@sextant/schema';
import type { LanguageModel } from '../languageModel';
import { loadModel } from '../loadModel';
import { withTolerance, type ReferenceCheck } from './check';
import { checkGgufTensors, holdsTensorsOf } from './ggufTensors';
import { checkPrefixed, holdsPrefixed } from './ggufPrefixed';
import { checkPaddedBatches, holdsPaddedBatches } from './paddedBatches';
import { checkPrompts, holdsPrompts } from './prompts';
import { findReferences, openReferences, type References } from './references';
import { checkChats, checkTokenizer } from './tokenizerCases';

export type { ReferenceCheck };

/** How references can be laid out; a file may hold several. Adding one is a file with these two functions, and a line here. */
const layouts: readonly { holds(references: References): boolean; check(model: LanguageModel, references: References): Promise<ReferenceCheck[]> }[] = [
  { holds: holdsPaddedBatches, check: checkPaddedBatches },
  { holds: holdsPrompts, check: checkPrompts },
  { holds: holdsPrefixed, check: checkPrefixed },
];

/**
 * Compares a model with reference values computed by Hugging Face Transformers: everything that the references hold, the
 * tokenizer's cases and conversations among them.
 * @param path the references' safetensors file, the JSON file beside it, or their folder
 * @throws SextantError NOT_FOUND or INVALID_FILE when the file is damaged or holds nothing that can be compared
 */
export async function verifyModel(model: LanguageModel, path: string): Promise<ReferenceCheck[]> {
  const references = openReferences(path);
  try {
    const checks: ReferenceCheck[] = [];
    for (const { holds, check } of layouts) if (holds(references)) checks.push(...(await check(model, references)));
    if (checks.length === 0) {
      const message = `${references.file}: holds no references for ${model.files.path}`;
      throw new SextantError('INVALID_FILE', message, { file: references.file, hint: 'expected right.input_ids, prompt0.ids, loss.ids, or input_ids with <name>.logits' });
    }
    return [...checks, ...checkTokenizer(model, references), ...(await checkChats(model, references))];
  } finally {
    references.tensors.close();
  }
}

export interface ModelVerification {
  path: string;
  references: string;
  /** Family and parameters; null where tensors of a file were compared that is no model. */
  model: { family: string; parameters: number } | null;
  checks: ReferenceCheck[];
  passed: boolean;
}

export interface VerifyOptions {
  /** By default those in the model's folder or beside its file. */
  references?: string | undefined;
  /** Instead of each value's own, for all that may differ at all. */
  tolerance?: number | undefined;
}

/**
 * Loads what is at a path and compares it with its references.
 * @throws SextantError NOT_FOUND without references, and whatever loading finds wrong
 */
export async function verifyModelAt(path: string, options: VerifyOptions = {}): Promise<ModelVerification> {
  const { references = findReferences(path), tolerance } = options;
  const judged = (checks: ReferenceCheck[]) => (tolerance === undefined ? checks : withTolerance(checks, tolerance));
  if (references === null) {
    // What cannot be loaded is the better news.
    (await loadModel(path)).dispose();
    throw new SextantError('NOT_FOUND', `${path}: loads, but there is no references.safetensors beside it`, { file: path, hint: 'name them with --references FILE' });
  }
  const { file, tensors } = openReferences(references);
  tensors.close();
  if (holdsTensorsOf(path, file)) {
    const checks = judged(checkGgufTensors(path, file));
    return { path, references: file, model: null, checks, passed: checks.every(({ passed }) => passed) };
  }
  const model = await loadModel(path);
  try {
    const checks = judged(await verifyModel(model, file));
    const { family, parameters } = model.config;
    return { path, references: file, model: { family, parameters }, checks, passed: checks.every(({ passed }) => passed) };
  } finally {
    model.dispose();
  }
}
