import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SextantError } from '@sextant/schema';
import { isJsonObject, readJsonObject, type JsonObject } from '../json';
import { readSentencePieceModel } from './sentencePieceModel';
import { spmTokenizer } from './spmTokenizer';
import { Tokenizer, type TokenizerFiles } from './tokenizer';

/** Names under which folders keep a SentencePiece model, for want of a tokenizer.json. */
const sentencePieceNames = ['tokenizer.model', 'spiece.model', 'sentencepiece.bpe.model', 'sentencepiece.model'];

/** Whether a Hugging Face folder holds a tokenizer this library can read. */
export function hasTokenizer(dir: string): boolean {
  return ['tokenizer.json', ...sentencePieceNames].some((name) => existsSync(join(dir, name)));
}

/**
 * Reads tokenizer.json, or a SentencePiece model where there is none, with tokenizer_config.json, special_tokens_map.json and
 * chat_template.jinja.
 * @throws SextantError NOT_FOUND without a tokenizer, INVALID_FILE naming the file that cannot be read.
 */
export function loadTokenizer(dir: string): Tokenizer {
  const optional = (name: string): JsonObject => (existsSync(join(dir, name)) ? readJsonObject(join(dir, name)) : {});
  const config = { ...optional('special_tokens_map.json'), ...optional('tokenizer_config.json') };
  const templateFile = join(dir, 'chat_template.jinja');
  const chatTemplate = existsSync(templateFile) ? readFileSync(templateFile, 'utf8') : undefined;
  const sentencePiece = sentencePieceNames.map((name) => join(dir, name)).find((file) => existsSync(file));
  const file = join(dir, 'tokenizer.json');
  if (existsSync(file) || sentencePiece === undefined) return new Tokenizer({ file, tokenizer: readJsonObject(file), config, chatTemplate });
  return new Tokenizer({ ...fromSentencePiece(sentencePiece, config, optional('added_tokens.json')), chatTemplate });
}

/**
 * A SentencePiece model with what tokenizer_config.json says beside it: whether BOS and EOS are added, special tokens by name, and
 * tokens that were added behind the vocabulary (`added_tokens_decoder`, or the older added_tokens.json).
 */
function fromSentencePiece(file: string, config: JsonObject, older: JsonObject): TokenizerFiles {
  const vocabulary = readSentencePieceModel(file);
  const flag = (name: string, fallback: boolean): boolean => (typeof config[name] === 'boolean' ? config[name] : fallback);
  const unigram = vocabulary.algorithm === 'unigram';
  const rules = { addBos: flag('add_bos_token', !unigram), addEos: flag('add_eos_token', unigram) };
  // Transformers shows unknown characters by the name of their token.
  const files = spmTokenizer({ ...vocabulary, ...rules, unkSurface: undefined, addPrefix: flag('add_prefix_space', vocabulary.addPrefix) }, file);
  const added = addedTokens(file, config, older);
  if (added.length === 0) return { ...files, config: { ...files.config, ...config } };
  const stated = (files.tokenizer.added_tokens as JsonObject[]).filter(({ id }) => !added.some((token) => token.id === id));
  return { ...files, config: { ...files.config, ...config }, tokenizer: { ...files.tokenizer, added_tokens: [...stated, ...added] } };
}

function addedTokens(file: string, { added_tokens_decoder: listed }: JsonObject, older: JsonObject): JsonObject[] {
  const refuse = (what: string): never => {
    throw new SextantError('INVALID_FILE', `${file}: the tokens added to it ${what}`, { file, field: 'added_tokens_decoder' });
  };
  if (listed === undefined) return Object.entries(older).map(([content, id]) => ({ id, content, special: false, normalized: true }));
  if (!isJsonObject(listed)) return refuse('are no object');
  return Object.entries(listed).map(([id, token]) => (isJsonObject(token) ? { ...token, id: Number(id) } : refuse(`hold ${JSON.stringify(token)} as ${id}`)));
}

/** Writes the tokenizer's files as Hugging Face names them. */
export function saveTokenizer(tokenizer: Tokenizer, dir: string): void {
  mkdirSync(dir, { recursive: true });
  const { tokenizer: parts, config = {}, chatTemplate } = tokenizer.files;
  writeFileSync(join(dir, 'tokenizer.json'), JSON.stringify(parts));
  writeFileSync(join(dir, 'tokenizer_config.json'), `${JSON.stringify(config, null, 2)}\n`);
  if (chatTemplate !== undefined) writeFileSync(join(dir, 'chat_template.jinja'), chatTemplate);
}
