import { closeSync, existsSync, ftruncateSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic, writeSafetensors } from '@sextant/formats';
import { canonicalJson, SextantError } from '@sextant/schema';
import { z } from 'zod';
import { CORPUS_FILES, type CorpusMeta } from './corpusMeta';
import type { PackedRow } from './packRows';

/** What decides a corpus besides its documents and their tokenizer. */
type CorpusPlan = Pick<CorpusMeta, 'name' | 'source' | 'seed' | 'contextLength'>;

const PROGRESS_FILE = 'corpus.draft.json';
/** Int32 [rows, 2, contextLength]: token ids, then the document of each (−1 on padding). */
const ROWS_FILE = 'rows.draft';

const progressSchema = z.object({
  plan: z.string(),
  /** Documents taken from the source. */
  drawn: z.number().int(),
  rows: z.number().int(),
  tokens: z.number().int(),
  documents: z.number().int(),
  kinds: z.record(z.string(), z.number().int()),
  /** Length of documents.jsonl; what lies beyond was written after this was saved. */
  documentBytes: z.number().int(),
});
type Progress = z.infer<typeof progressSchema>;

/** A corpus that is being written: its rows so far on disk, and how far that is. */
export class CorpusDraft {
  #progress: Progress;
  readonly #documents: number;
  readonly #rows: number;
  readonly #rowBytes: number;

  /** Takes up the draft that `dir` holds, or begins one. @throws SextantError CONFLICT when it is of another corpus */
  constructor(
    private readonly dir: string,
    private readonly plan: CorpusPlan,
  ) {
    this.#rowBytes = 8 * plan.contextLength;
    this.#progress = readProgress(this.#file(PROGRESS_FILE), canonicalJson(plan));
    const { documentBytes, rows } = this.#progress;
    this.#documents = openAt(this.#file(CORPUS_FILES.documents), documentBytes);
    this.#rows = openAt(this.#file(ROWS_FILE), rows * this.#rowBytes);
  }

  get drawn(): number {
    return this.#progress.drawn;
  }

  get tokens(): number {
    return this.#progress.tokens;
  }

  add({ ids, length, documents }: PackedRow): void {
    const progress = this.#progress;
    const { contextLength } = this.plan;
    const both = new Int32Array(2 * contextLength).fill(-1);
    both.set(ids);
    const lines = documents.map(({ document, start, end }, place) => {
      const id = progress.documents + place;
      both.fill(id, contextLength + start, contextLength + end);
      progress.kinds[document.kind] = (progress.kinds[document.kind] ?? 0) + 1;
      return JSON.stringify({ id, row: progress.rows, start, end, ...document });
    });
    const text = Buffer.from(`${lines.join('\n')}\n`);
    writeSync(this.#documents, text, 0, text.length, progress.documentBytes);
    writeSync(this.#rows, both, 0, this.#rowBytes, progress.rows * this.#rowBytes);
    progress.documentBytes += text.length;
    progress.rows += 1;
    progress.documents += documents.length;
    progress.tokens += length;
  }

  /** Notes that everything so far, made of `drawn` more documents of the source, is to be kept. */
  save(drawn: number): void {
    this.#progress.drawn += drawn;
    writeFileAtomic(this.#file(PROGRESS_FILE), [Buffer.from(JSON.stringify(this.#progress))]);
  }

  /** Writes the corpus that this is a draft of, and lets the draft go. */
  finish(): CorpusMeta {
    const { contextLength } = this.plan;
    const { rows, tokens: real, documents, kinds } = this.#progress;
    const bytes = readFileSync(this.#file(ROWS_FILE));
    const both = new Int32Array(bytes.buffer, bytes.byteOffset, rows * 2 * contextLength);
    const tokens = new Int32Array(rows * contextLength);
    const tokenDocuments = new Int32Array(rows * contextLength);
    for (let row = 0; row < rows; row++) {
      const [from, middle] = [row * 2 * contextLength, (2 * row + 1) * contextLength];
      tokens.set(both.subarray(from, middle), row * contextLength);
      tokenDocuments.set(both.subarray(middle, middle + contextLength), row * contextLength);
    }
    const shape = [rows, contextLength];
    const first = Int32Array.from({ length: rows }, (_, row) => tokenDocuments[row * contextLength]!);
    writeSafetensors(this.#file(CORPUS_FILES.tokens), {
      tokens: { dtype: 'I32', shape, data: tokens },
      mask: { dtype: 'U8', shape, data: Uint8Array.from(tokenDocuments, (document) => (document < 0 ? 0 : 1)) },
      documents: { dtype: 'I32', shape: [rows], data: first },
      tokenDocuments: { dtype: 'I32', shape, data: tokenDocuments },
    });
    const { name, source, seed } = this.plan;
    const meta: CorpusMeta = { version: 1, name, source, seed, tokens: real, rows, contextLength, documents, kinds };
    writeFileAtomic(this.#file(CORPUS_FILES.meta), [Buffer.from(`${JSON.stringify(meta, null, 2)}\n`)]);
    for (const name of [PROGRESS_FILE, ROWS_FILE]) rmSync(this.#file(name), { force: true });
    return meta;
  }

  close(): void {
    closeSync(this.#documents);
    closeSync(this.#rows);
  }

  #file(name: string): string {
    return join(this.dir, name);
  }
}

function readProgress(file: string, plan: string): Progress {
  if (!existsSync(file)) return { plan, drawn: 0, rows: 0, tokens: 0, documents: 0, kinds: {}, documentBytes: 0 };
  const progress = progressSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  if (progress.plan === plan) return progress;
  throw new SextantError('CONFLICT', `${file}: is the beginning of another corpus (${progress.plan}, asked for ${plan}); choose another folder, or delete it`, { file });
}

/** Opens a file for writing at `length`, without what lies beyond. */
function openAt(file: string, length: number): number {
  const fd = openSync(file, length > 0 ? 'r+' : 'w');
  ftruncateSync(fd, length);
  return fd;
}
