import { readFileSync } from 'node:fs';
import { parseStrictJson } from '@sextant/formats';
import { SextantError } from '@sextant/schema';

/** Characters up to which keys are checked for being unique; only tokenizers are longer. */
const LONGEST_STRICT = 2 ** 20;

export type JsonObject = Record<string, unknown>;

/** @throws SextantError NOT_FOUND or INVALID_FILE naming the file. */
export function readJsonObject(file: string): JsonObject {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new SextantError('NOT_FOUND', `${file}: cannot be read (${cause instanceof Error ? cause.message : String(cause)})`, { file }, { cause });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
    // JSON.parse takes the last of two equal keys; what configures a model must not be ambiguous.
    if (text.length < LONGEST_STRICT) parseStrictJson(text);
  } catch (cause) {
    throw new SextantError('INVALID_FILE', `${file}: not valid JSON (${cause instanceof Error ? cause.message : String(cause)})`, { file }, { cause });
  }
  if (!isJsonObject(value)) throw new SextantError('INVALID_FILE', `${file}: expected a JSON object`, { file, value: JSON.stringify(value).slice(0, 80) });
  return value;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
