import { generate } from '../generate';
import { isJsonObject, type JsonObject } from '../json';
import type { LanguageModel } from '../languageModel';
import { logProbs } from '../logProbs';
import { hiddenStates, joined, take } from './capture';
import { compareExactly, compareValues, tolerances, type ReferenceCheck } from './check';
import type { References } from './references';

export const holdsPrompts = ({ tensors }: References): boolean => tensors.has('prompt0.ids') || tensors.has('loss.ids');

/** Prompts one by one (logits in whole, at the last position, at its largest 20 or every so many ids; hidden states; greedy text) and losses of a text. */
export async function checkPrompts(model: LanguageModel, references: References): Promise<ReferenceCheck[]> {
  const checks: ReferenceCheck[] = [];
  for (let index = 0; references.tensors.has(`prompt${index}.ids`); index++) {
    checks.push(...logitsOf(model, references, index), ...residualsOf(model, references, index), ...(await greedyOf(model, references, index)));
  }
  return [...checks, ...(await lossOf(model, references))];
}

const promptIds = ({ tensors }: References, index: number): number[] => [...tensors.readInt(`prompt${index}.ids`)];

function logitsOf(model: LanguageModel, references: References, index: number): ReferenceCheck[] {
  const { tensors } = references;
  const own = tensors.names().filter((name) => name.startsWith(`prompt${index}.`));
  const ids = promptIds(references, index);
  const logits = take(model.forward({ ids: [ids] }));
  const last = logits.subarray((ids.length - 1) * model.config.vocabSize);
  const compare = (tensor: string, found: ArrayLike<number>, tolerance: number) => compareValues(tensor, found, tensors.read(tensor), { tolerance });
  return own.flatMap((name): ReferenceCheck[] => {
    const [, kind = ''] = name.split('.');
    const every = /^logits_every_(\d+)$/.exec(kind)?.[1];
    const top = /^top(\d+)_(ids|logits)$/.exec(kind);
    if (kind === 'logits') return [compare(name, logits, tolerances.values)];
    if (kind === 'last_logits') return [compare(name, last, tolerances.values)];
    if (kind === 'logsumexp') return [compare(name, [logSumExp(last)], tolerances.logits)];
    if (every) return [compare(name, tensors.read(name).map((_, i) => last[i * Number(every)] ?? NaN), tolerances.logits)];
    if (top?.[2] === 'logits') return [compare(name, [...tensors.readInt(`prompt${index}.top${top[1]}_ids`)].map((id) => last[id] ?? NaN), tolerances.logits)];
    if (top) return [compareExactly(name, largestIds(last, tensors.readInt(name)), tensors.readInt(name))];
    return [];
  });
}

/** The ids of the largest logits, those nearer to the reference's choice than float32 can tell in the reference's order. */
function largestIds(logits: Float32Array, expected: Int32Array): number[] {
  const order = Array.from(logits.keys()).sort((a, b) => logits[b]! - logits[a]!);
  return Array.from(expected, (id, rank) => (Math.abs(logits[id]! - logits[order[rank]!]!) <= tolerances.logits ? id : order[rank]!));
}

function logSumExp(values: Float32Array): number {
  const largest = values.reduce((a, b) => Math.max(a, b), -Infinity);
  return largest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - largest), 0));
}

function residualsOf(model: LanguageModel, references: References, index: number): ReferenceCheck[] {
  const { tensors } = references;
  const input = { ids: [promptIds(references, index)] };
  const whole = `prompt${index}.hidden_states`;
  const layers = tensors.names().flatMap((name) => (name.startsWith(`${whole}.`) ? [Number(name.slice(whole.length + 1))] : []));
  const checks = tensors.has(whole) ? [compareValues(whole, joined(hiddenStates(model, input)), tensors.read(whole), { tolerance: tolerances.values })] : [];
  const states = layers.length > 0 ? hiddenStates(model, input, layers) : [];
  return [
    ...checks,
    ...layers.map((layer, i) => {
      const expected = tensors.read(`${whole}.${layer}`);
      const unit = rmsOfRows(expected, model.config.dModel);
      return compareValues(`${whole}.${layer}`, states[i]!, expected, { tolerance: tolerances.relativeToPosition, unit });
    }),
  ];
}

/** The RMS of the row that an index lies in. */
function rmsOfRows(values: Float32Array, width: number): (index: number) => number {
  const rms = Array.from({ length: values.length / width }, (_, row) => {
    const own = values.subarray(row * width, (row + 1) * width);
    return Math.sqrt(own.reduce((sum, value) => sum + value * value, 0) / width) || 1;
  });
  return (index) => rms[Math.floor(index / width)]!;
}

async function greedyOf(model: LanguageModel, references: References, index: number): Promise<ReferenceCheck[]> {
  const { tensors, texts } = references;
  const name = `prompt${index}.greedy_ids`;
  if (!tensors.has(name)) return [];
  const prompt = promptIds(references, index);
  const expected = tensors.readInt(name);
  const [row] = await generate(model, [prompt], { maxNewTokens: expected.length, stop: [] });
  const checks = [compareExactly(name, row!.ids, expected)];
  const text = entry(texts, 'prompts', index)?.greedy_text;
  const written = typeof text === 'string' && model.files.tokenizer !== null;
  return written ? [...checks, compareExactly(`prompts[${index}].greedy_text`, [model.tokenizer.decode([...prompt, ...row!.ids])], [text])] : checks;
}

/** Windows of the text, the first token of each given. */
async function lossOf(model: LanguageModel, { tensors, texts }: References): Promise<ReferenceCheck[]> {
  if (!tensors.has('loss.ids')) return [];
  const stated = isJsonObject(texts?.loss) ? texts.loss : {};
  const window = typeof stated.window === 'number' ? stated.window : model.config.contextLength;
  const ids = [...tensors.readInt('loss.ids')];
  const windows = Array.from({ length: Math.ceil(ids.length / window) }, (_, i) => ids.slice(i * window, (i + 1) * window)).filter((each) => each.length > 1);
  const losses: number[] = [];
  for (const [first, ...rest] of windows) {
    const [scores] = await logProbs(model, [{ prefix: [first!], continuation: rest }]);
    for (const score of scores!) losses.push(-score);
  }
  const expected = tensors.read('loss.per_token');
  const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
  return [
    compareValues('loss.per_token', losses, expected, { tolerance: tolerances.tokenLoss }),
    compareValues('loss.mean', [mean(losses)], [typeof stated.mean === 'number' ? stated.mean : mean(expected)], { tolerance: tolerances.meanLoss(model.config.parameters) }),
  ];
}

function entry(texts: JsonObject | null, key: string, index: number): JsonObject | null {
  const list: unknown = texts?.[key];
  const found: unknown = Array.isArray(list) ? list[index] : null;
  return isJsonObject(found) ? found : null;
}
