import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { openSafetensors, writeFileAtomic, writeSafetensors } from '@sextant/formats';
import { SextantError } from '@sextant/schema';
import { z } from 'zod';
import { documentSchema, type Document } from '../document';
import type { CorpusTokenizer } from './corpusTokenizer';
import { packRows } from './packRows';

export const corpusMetaSchema = z.object({
  version: z.literal(1),
  name: z.string(),
  /** How the text was made or where it was read from. */
  source: z.record(z.string(), z.unknown()),
  seed: z.number().int().nullable(),
  /** Real tokens, BOS and EOS included, padding not. */
  tokens: z.number().int(),
  rows: z.number().int(),
  contextLength: z.number().int(),
  documents: z.number().int(),
  /** Documents by kind. */
  kinds: z.record(z.string(), z.number().int()),
});
export type CorpusMeta = z.infer<typeof corpusMetaSchema>;

/** A document as the corpus keeps it: where its tokens lie, [start, end) in its row, BOS included. */
export const corpusDocumentSchema = documentSchema.extend({
  id: z.number().int(),
  row: z.number().int(),
  start: z.number().int(),
  end: z.number().int(),
});
export type CorpusDocument = z.infer<typeof corpusDocumentSchema>;

export interface WriteCorpusOptions {
  name: string;
  source: Record<string, unknown>;
  seed?: number;
  tokenizer: CorpusTokenizer;
  documents: Iterable<Document>;
  contextLength?: number;
  /** Stop before the row that would go beyond this many real tokens. Needed where the documents never end. */
  maxTokens?: number;
  onProgress?: (tokens: number) => void;
  signal?: AbortSignal;
}

/**
 * Tokenises, packs and writes a corpus into `dir`: corpus.json, documents.jsonl and tokens.safetensors with
 * `tokens` I32 [rows, contextLength], `mask` U8 [rows, contextLength] (1 = real token), `documents` I32 [rows] (first
 * document of each row) and `tokenDocuments` I32 [rows, contextLength] (document of each token, −1 for padding).
 * @throws SextantError INVALID_INPUT when the documents hold no text, CANCELLED when aborted.
 */
export function writeCorpus(dir: string, options: WriteCorpusOptions): CorpusMeta {
  const { contextLength = 128, maxTokens = Infinity, tokenizer } = options;
  const rows: { ids: Int32Array; length: number; first: number; ends: number[] }[] = [];
  const kinds: Record<string, number> = {};
  let tokens = 0;
  let documents = 0;
  const file = openSync(join(dir, 'documents.jsonl'), 'w');
  try {
    for (const row of packRows(options.documents, { tokenizer, contextLength })) {
      if (options.signal?.aborted) throw new SextantError('CANCELLED', 'writing the corpus was cancelled');
      if (tokens + row.length > maxTokens) break;
      const lines = row.documents.map(({ document, start, end }, place) => {
        kinds[document.kind] = (kinds[document.kind] ?? 0) + 1;
        return JSON.stringify({ id: documents + place, row: rows.length, start, end, ...document });
      });
      writeSync(file, `${lines.join('\n')}\n`);
      rows.push({ ids: row.ids, length: row.length, first: documents, ends: row.documents.map(({ end }) => end) });
      documents += row.documents.length;
      tokens += row.length;
      options.onProgress?.(tokens);
    }
  } finally {
    closeSync(file);
  }
  if (rows.length === 0) {
    throw new SextantError('INVALID_INPUT', `corpus "${options.name}" would be empty: no document fits in ${maxTokens} tokens`, {
      field: 'documents',
      hint: 'give it some text, or allow more tokens',
    });
  }
  const shape = [rows.length, contextLength];
  const ids = new Int32Array(rows.length * contextLength);
  const mask = new Uint8Array(rows.length * contextLength);
  const tokenDocuments = new Int32Array(rows.length * contextLength).fill(-1);
  rows.forEach((row, index) => {
    const offset = index * contextLength;
    ids.set(row.ids, offset);
    mask.fill(1, offset, offset + row.length);
    row.ends.forEach((end, place) => tokenDocuments.fill(row.first + place, offset + (row.ends[place - 1] ?? 0), offset + end));
  });
  writeSafetensors(join(dir, 'tokens.safetensors'), {
    tokens: { dtype: 'I32', shape, data: ids },
    mask: { dtype: 'U8', shape, data: mask },
    documents: { dtype: 'I32', shape: [rows.length], data: Int32Array.from(rows, (row) => row.first) },
    tokenDocuments: { dtype: 'I32', shape, data: tokenDocuments },
  });
  const meta: CorpusMeta = {
    version: 1,
    name: options.name,
    source: options.source,
    seed: options.seed ?? null,
    tokens,
    rows: rows.length,
    contextLength,
    documents,
    kinds,
  };
  writeFileAtomic(join(dir, 'corpus.json'), [new TextEncoder().encode(`${JSON.stringify(meta, null, 2)}\n`)]);
  return meta;
}

/** A corpus on disk. Tokens are in memory; documents are read when asked for. */
export class Corpus {
  private lines: string[] | undefined;

  constructor(
    readonly dir: string,
    readonly meta: CorpusMeta,
    /** [rows, contextLength] */
    readonly tokens: Int32Array,
    /** [rows, contextLength], 1 = real token */
    readonly mask: Int32Array,
    /** [rows]: first document of each row */
    readonly documents: Int32Array,
    /** [rows, contextLength]: document of each token, −1 for padding */
    readonly tokenDocuments: Int32Array,
  ) {}

  get rows(): number {
    return this.meta.rows;
  }

  /** The real tokens of one row. */
  row(index: number): Int32Array {
    const { contextLength } = this.meta;
    const offset = index * contextLength;
    let length = 0;
    while (length < contextLength && this.mask[offset + length] === 1) length++;
    return this.tokens.subarray(offset, offset + length);
  }

  /**
   * One document with its text and spans.
   * @throws SextantError NOT_FOUND for an id that the corpus does not hold, INVALID_FILE for a broken line.
   */
  document(id: number): CorpusDocument {
    const file = join(this.dir, 'documents.jsonl');
    this.lines ??= readFileSync(file, 'utf8').split('\n');
    const line = this.lines[id];
    if (!line) throw new SextantError('NOT_FOUND', `corpus "${this.meta.name}" has no document ${id}; it has ${this.meta.documents}`, { file, value: id });
    return parseLine(corpusDocumentSchema, line, file, id + 1);
  }

  *allDocuments(): Generator<CorpusDocument> {
    for (let id = 0; id < this.meta.documents; id++) yield this.document(id);
  }
}

/**
 * Opens a corpus that `writeCorpus` wrote.
 * @throws SextantError NOT_FOUND or INVALID_FILE naming the file, field or tensor at fault.
 */
export function readCorpus(dir: string): Corpus {
  const file = join(dir, 'corpus.json');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new SextantError('NOT_FOUND', `${file}: not a corpus folder (no corpus.json)`, { file }, { cause });
  }
  const meta = parseLine(corpusMetaSchema, text, file);
  const tensors = openSafetensors(join(dir, 'tokens.safetensors'));
  try {
    const read = (name: string, shape: readonly number[]) => {
      const found = tensors.info(name).shape;
      if (found.join() !== shape.join()) {
        throw new SextantError('INVALID_FILE', `${tensors.path}: tensor ${name} has shape [${found.join(', ')}], corpus.json says [${shape.join(', ')}]`, {
          file: tensors.path,
          tensor: name,
          value: found,
        });
      }
      return tensors.readInt(name);
    };
    const shape = [meta.rows, meta.contextLength];
    return new Corpus(dir, meta, read('tokens', shape), read('mask', shape), read('documents', [meta.rows]), read('tokenDocuments', shape));
  } finally {
    tensors.close();
  }
}

function parseLine<T>(schema: z.ZodType<T>, text: string, file: string, line?: number): T {
  const where = line === undefined ? file : `${file}:${line}`;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new SextantError('INVALID_FILE', `${where}: not valid JSON: ${cause instanceof Error ? cause.message : cause}`, { file }, { cause });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.') ?? '';
  throw new SextantError('INVALID_FILE', `${where}: field ${field || '(root)'}: ${issue?.message}`, { file, field });
}
