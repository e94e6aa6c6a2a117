import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJsonObject, type JsonObject } from '../json';
import { Tokenizer } from './tokenizer';

/** Whether a Hugging Face folder holds a tokenizer this library can read. */
export function hasTokenizer(dir: string): boolean {
  return existsSync(join(dir, 'tokenizer.json'));
}

/**
 * Reads tokenizer.json, tokenizer_config.json, special_tokens_map.json and chat_template.jinja of a folder.
 * @throws SextantError NOT_FOUND without tokenizer.json, INVALID_FILE naming the file that cannot be read.
 */
export function loadTokenizer(dir: string): Tokenizer {
  const file = join(dir, 'tokenizer.json');
  const optional = (name: string): JsonObject => (existsSync(join(dir, name)) ? readJsonObject(join(dir, name)) : {});
  const template = join(dir, 'chat_template.jinja');
  return new Tokenizer({
    file,
    tokenizer: readJsonObject(file),
    config: { ...optional('special_tokens_map.json'), ...optional('tokenizer_config.json') },
    chatTemplate: existsSync(template) ? readFileSync(template, 'utf8') : undefined,
  });
}

/** Writes the tokenizer's files as Hugging Face names them. */
export function saveTokenizer(tokenizer: Tokenizer, dir: string): void {
  mkdirSync(dir, { recursive: true });
  const { tokenizer: parts, config = {}, chatTemplate } = tokenizer.files;
  writeFileSync(join(dir, 'tokenizer.json'), JSON.stringify(parts));
  writeFileSync(join(dir, 'tokenizer_config.json'), `${JSON.stringify(config, null, 2)}\n`);
  if (chatTemplate !== undefined) writeFileSync(join(dir, 'chat_template.jinja'), chatTemplate);
}
