import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSafetensors } from '@sextant/formats';
import { SextantError } from '@sextant/schema';
import type { z } from 'zod';
import { CORPUS_FILES, corpusDocumentSchema, corpusMetaSchema, type CorpusDocument, type CorpusMeta } from './corpusMeta';

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
    const file = join(this.dir, CORPUS_FILES.documents);
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
  const file = join(dir, CORPUS_FILES.meta);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new SextantError('NOT_FOUND', `${file}: not a corpus folder (no corpus.json)`, { file }, { cause });
  }
  const meta = parseLine(corpusMetaSchema, text, file);
  const tensors = openSafetensors(join(dir, CORPUS_FILES.tokens));
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
