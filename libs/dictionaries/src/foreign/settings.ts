import { readFileSync } from 'node:fs';
import { parseStrictJson } from '@sextant/formats';
import { SextantError } from '@sextant/schema';
import type { z } from 'zod';

/**
 * Reads a settings file by a schema.
 * @throws SextantError INVALID_FILE naming the file, the field and its value
 */
export function readSettings<T>(file: string, schema: z.ZodType<T>): T {
  const text = readFileSync(file, 'utf8');
  let json: unknown;
  try {
    parseStrictJson(text);
    json = JSON.parse(text);
  } catch (cause) {
    throw new SextantError('INVALID_FILE', `${file}: is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`, { file }, { cause });
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.') ?? '';
  throw new SextantError('INVALID_FILE', `${file}: ${field}: ${issue?.message}`, { file, field });
}
