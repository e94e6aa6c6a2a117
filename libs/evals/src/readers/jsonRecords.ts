import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { SextantError } from '@sextant/schema';
import type { z } from 'zod';

/** A record with the place it was read from, for error messages. */
export interface Located {
  value: unknown;
  file: string;
  /** Line of a JSONL file, or number of the record in a JSON array; both from 1. */
  line: number;
}

/** The files of a task: the path itself, or those in the folder (and below it) with one of the extensions, in name order. */
export function taskFiles(path: string, extensions: readonly string[], subset?: string): { file: string; subset: string }[] {
  if (!existsSync(path)) throw new SextantError('NOT_FOUND', `${path}: no such file or folder`, { file: path, field: 'path' });
  const files = statSync(path).isDirectory() ? filesBelow(path, extensions) : [path];
  const named = files.map((file) => ({ file, subset: subsetName(file) })).filter((entry) => subset === undefined || entry.subset === subset);
  if (named.length === 0) {
    const wanted = subset === undefined ? `file with the extension ${extensions.join(' or ')}` : `subset "${subset}"`;
    throw new SextantError('NOT_FOUND', `${path}: holds no ${wanted}; found ${files.map(subsetName).join(', ') || 'nothing'}`, {
      file: path,
      field: subset === undefined ? 'path' : 'subset',
      value: subset,
    });
  }
  return named;
}

function filesBelow(folder: string, extensions: readonly string[]): string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path, extensions);
    return extensions.includes(extname(entry.name).toLowerCase()) ? [path] : [];
  });
}

/** BIG-bench names its files all alike (`harmless/task.json`): the folder is the subset there. */
function subsetName(file: string): string {
  const parts = file.split(/[\\/]/);
  const name = basename(file, extname(file));
  return name === 'task' ? (parts.at(-2) ?? name) : name;
}

/**
 * The records of a JSON or JSONL file: one per line, an array, `{examples: […]}` (BIG-bench) or `{rows: [{row}]}`
 * (Hugging Face's dataset server).
 */
export function jsonRecords(file: string): Located[] {
  const text = readText(file);
  if (extname(file).toLowerCase() === '.jsonl') {
    return text.split(/\r?\n/).flatMap((line, index) => (line.trim() === '' ? [] : [{ value: parse(line, file, index + 1), file, line: index + 1 }]));
  }
  return recordList(parse(text, file), file).map((value, index) => ({ value, file, line: index + 1 }));
}

function recordList(value: unknown, file: string): unknown[] {
  if (Array.isArray(value)) return value;
  if (value !== null && typeof value === 'object') {
    if ('examples' in value && Array.isArray(value.examples)) return value.examples;
    if ('rows' in value && Array.isArray(value.rows)) return value.rows.map((entry: unknown) => (entry !== null && typeof entry === 'object' && 'row' in entry ? entry.row : entry));
  }
  throw new SextantError('INVALID_FILE', `${file}: expected an array of records, {"examples": […]} or {"rows": […]}`, { file });
}

export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  } catch (cause) {
    throw new SextantError('NOT_FOUND', `${file}: cannot be read: ${cause instanceof Error ? cause.message : cause}`, { file }, { cause });
  }
}

function parse(text: string, file: string, line?: number): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const where = line === undefined ? file : `${file}:${line}`;
    throw new SextantError('INVALID_FILE', `${where}: not valid JSON: ${cause instanceof Error ? cause.message : cause}`, { file }, { cause });
  }
}

/** Checks a record against its schema. @throws SextantError INVALID_FILE naming file, line and field. */
export function checked<T>(schema: z.ZodType<T>, { value, file, line }: Located): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.') ?? '';
  throw new SextantError('INVALID_FILE', `${file}:${line}: field ${field || '(the record)'}: ${issue?.message}`, { file, field });
}

/** A record that is well-formed but makes no sense. */
export function refuse({ file, line }: Located, field: string, reason: string, value?: unknown): never {
  throw new SextantError('INVALID_FILE', `${file}:${line}: field ${field}: ${reason}`, { file, field, value });
}
