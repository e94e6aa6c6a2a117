import { SextantError } from '@sextant/schema';
import type { z } from 'zod';
import { isJsonObject, type JsonObject } from '../json';
import { modelSchema, templateSchema, tokenizerSchema } from './tokenizerSchema';

/** Larger than any vocabulary; a damaged id must not ask for all memory. */
const LARGEST_ID = 1 << 24;

/**
 * A tokenizer.json whose every part this library knows: components and their fields, ids, merges and templates. What
 * `@huggingface/tokenizers` would pass over is refused here.
 * @throws SextantError INVALID_FILE naming file, field and value.
 */
export function checkTokenizerJson(json: JsonObject, file: string): void {
  const refuse: Refuse = (field, what, value) => {
    throw new SextantError('INVALID_FILE', `${file}: not a tokenizer that can be read: "${field}" ${what}`, { file, field, value });
  };
  const { model, ...components } = json;
  checkShape(tokenizerSchema, components, '', refuse);
  if (!isJsonObject(model)) return refuse('model', 'is missing', model);
  // Vocabulary and merges are long; they are checked by hand below.
  const { vocab, merges, ...fields } = model;
  const type = model.type ?? (merges === undefined ? undefined : 'BPE');
  checkShape(modelSchema, { ...fields, type }, 'model.', refuse);
  const ids = type === 'Unigram' ? unigramIds(vocab, fields.unk_id, refuse) : bpeIds(vocab, refuse);
  if (type === 'BPE') checkMerges(merges, ids, refuse);
  addAddedTokens(json.added_tokens, ids, refuse);
  checkTemplates(json.post_processor, ids, refuse);
}

type Refuse = (field: string, what: string, value: unknown) => never;
type Ids = Map<string, number>;

function checkShape(schema: z.ZodType, value: unknown, prefix: string, refuse: Refuse): void {
  const result = schema.safeParse(value);
  if (result.success) return;
  const { path, message } = deepest(result.error.issues[0]!);
  const found = path.reduce<unknown>((parent, key) => (isJsonObject(parent) || Array.isArray(parent) ? Reflect.get(parent, key) : undefined), value);
  refuse(prefix + path.map(String).join('.'), `is ${JSON.stringify(found)?.slice(0, 120) ?? 'missing'}: ${message}`, found);
}

function deepest(issue: z.core.$ZodIssue): { path: PropertyKey[]; message: string } {
  const inner = issue.code === 'invalid_union' ? issue.errors.flat().at(0) : undefined;
  if (!inner) return issue;
  const { path, message } = deepest(inner);
  return { path: [...issue.path, ...path], message };
}

function bpeIds(vocab: unknown, refuse: Refuse): Ids {
  if (!isJsonObject(vocab)) return refuse('model.vocab', 'is no object', vocab);
  const ids: Ids = new Map();
  const seen = new Set<number>();
  for (const [token, id] of Object.entries(vocab)) {
    if (!isId(id)) return refuse(`model.vocab.${token}`, `is ${JSON.stringify(id)}; expected an id from 0`, id);
    if (seen.has(id)) return refuse(`model.vocab.${token}`, `is ${id}, as another token's`, id);
    seen.add(id);
    ids.set(token, id);
  }
  if (ids.size === 0) refuse('model.vocab', 'is empty', vocab);
  return ids;
}

function unigramIds(vocab: unknown, unknown: unknown, refuse: Refuse): Ids {
  if (!Array.isArray(vocab) || vocab.length === 0) return refuse('model.vocab', 'is no list of pieces and scores', vocab);
  const ids: Ids = new Map();
  for (const [id, entry] of vocab.entries()) {
    const [piece, score]: unknown[] = Array.isArray(entry) && entry.length === 2 ? entry : [];
    if (typeof piece !== 'string' || typeof score !== 'number') return refuse(`model.vocab.${id}`, `is ${JSON.stringify(entry)}; expected a piece and a score`, entry);
    if (ids.has(piece)) return refuse(`model.vocab.${id}`, `is ${JSON.stringify(piece)}, which is there already`, piece);
    ids.set(piece, id);
  }
  if (!isId(unknown) || unknown >= vocab.length) refuse('model.unk_id', `is ${JSON.stringify(unknown)}; expected an id of the vocabulary`, unknown);
  return ids;
}

/** A merge joins two tokens into a third, and all three are in the vocabulary. */
function checkMerges(merges: unknown, ids: Ids, refuse: Refuse): void {
  if (!Array.isArray(merges)) return refuse('model.merges', 'is no list', merges);
  for (const [rank, merge] of merges.entries()) {
    const pair: unknown = typeof merge === 'string' ? merge.split(' ') : merge;
    const [left, right]: unknown[] = Array.isArray(pair) && pair.length === 2 ? pair : [];
    if (typeof left !== 'string' || typeof right !== 'string') return refuse(`model.merges.${rank}`, `is ${JSON.stringify(merge)}; expected two tokens`, merge);
    const lost = [left, right, left + right].find((token) => !ids.has(token));
    if (lost !== undefined) refuse(`model.merges.${rank}`, `is ${JSON.stringify(merge)}, but ${JSON.stringify(lost)} is not in the vocabulary`, merge);
  }
}

function addAddedTokens(tokens: unknown, ids: Ids, refuse: Refuse): void {
  const owners = new Map([...ids].map(([token, id]) => [id, token]));
  for (const [at, { id, content }] of ((tokens ?? []) as { id: number; content: string }[]).entries()) {
    const known = ids.get(content);
    if (known !== undefined && known !== id) refuse(`added_tokens.${at}`, `gives ${JSON.stringify(content)} the id ${id}; it has ${known}`, id);
    const owner = owners.get(id);
    if (owner !== undefined && owner !== content) refuse(`added_tokens.${at}`, `gives ${JSON.stringify(content)} the id ${id}, which is ${JSON.stringify(owner)}'s`, id);
    ids.set(content, id);
    owners.set(id, content);
  }
}

/** Templates name tokens by text and say their ids beside; both must be the vocabulary's. */
function checkTemplates(processor: unknown, ids: Ids, refuse: Refuse): void {
  if (!isJsonObject(processor)) return;
  if (Array.isArray(processor.processors)) processor.processors.forEach((each) => checkTemplates(each, ids, refuse));
  if (processor.type !== 'TemplateProcessing') return;
  const { special_tokens: special, single, pair } = templateSchema.parse(processor);
  for (const item of [...single, ...pair]) {
    const name = 'SpecialToken' in item ? item.SpecialToken.id : null;
    if (name === null) continue;
    const stated = Object.hasOwn(special, name) ? special[name]! : null;
    const agrees = stated?.ids.length === 1 && stated.tokens.length === 1 && stated.tokens[0] === name && ids.get(name) === stated.ids[0];
    if (!agrees) refuse('post_processor', `adds ${JSON.stringify(name)}, whose id in the vocabulary is ${ids.get(name)}, as ${JSON.stringify(stated)}`, name);
  }
}

function isId(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < LARGEST_ID;
}
