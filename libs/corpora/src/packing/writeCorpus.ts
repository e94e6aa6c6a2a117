import { setImmediate } from 'node:timers/promises';
import { SextantError } from '@sextant/schema';
import type { Document } from '../document';
import { CorpusDraft } from './corpusDraft';
import type { CorpusMeta } from './corpusMeta';
import type { CorpusTokenizer } from './corpusTokenizer';
import { packRows } from './packRows';

export interface WriteCorpusOptions {
  name: string;
  source: Record<string, unknown>;
  seed?: number;
  tokenizer: CorpusTokenizer;
  /** The same documents in the same order, should the corpus be taken up again. */
  documents: Iterable<Document>;
  contextLength?: number;
  /** Stop before the row that would go beyond this many real tokens. Needed where the documents never end. */
  maxTokens?: number;
  onProgress?: (tokens: number) => void;
  signal?: AbortSignal;
}

/** Documents that are packed together. What is written of a finished block is kept when the process dies. */
const BLOCK_DOCUMENTS = 2048;

/**
 * Tokenises, packs and writes a corpus into `dir`: corpus.json, documents.jsonl and tokens.safetensors with
 * `tokens` I32 [rows, contextLength], `mask` U8 [rows, contextLength] (1 = real token), `documents` I32 [rows] (first
 * document of each row) and `tokenDocuments` I32 [rows, contextLength] (document of each token, −1 for padding).
 * Begun again on the folder of an interrupted run it passes over the documents of finished blocks, goes on, and ends with
 * the bytes of an uninterrupted one.
 * @throws SextantError INVALID_INPUT when the documents hold no text, CONFLICT when `dir` holds the beginning of another
 * corpus, CANCELLED when aborted.
 */
export async function writeCorpus(dir: string, options: WriteCorpusOptions): Promise<CorpusMeta> {
  const { name, source, seed = null, contextLength = 128, maxTokens = Infinity, tokenizer, signal, onProgress } = options;
  const draft = new CorpusDraft(dir, { name, source, seed, contextLength });
  try {
    const documents = options.documents[Symbol.iterator]();
    take(documents, draft.drawn);
    for (let full = false; ; ) {
      const block = take(documents, BLOCK_DOCUMENTS);
      for (const row of packRows(block, { tokenizer, contextLength })) {
        full = draft.tokens + row.length > maxTokens;
        if (full) break;
        draft.add(row);
        onProgress?.(draft.tokens);
      }
      if (full || block.length < BLOCK_DOCUMENTS) break;
      draft.save(block.length);
      // Lets signals and heartbeats through between blocks.
      await setImmediate();
      if (signal?.aborted) throw new SextantError('CANCELLED', 'writing the corpus was cancelled');
    }
    if (draft.tokens > 0) return draft.finish();
    throw new SextantError('INVALID_INPUT', `corpus "${name}" would be empty: no document fits in ${maxTokens} tokens`, {
      field: 'documents',
      hint: 'give it some text, or allow more tokens',
    });
  } finally {
    draft.close();
  }
}

function take(documents: Iterator<Document>, count: number): Document[] {
  const taken: Document[] = [];
  while (taken.length < count) {
    const next = documents.next();
    if (next.done === true) break;
    taken.push(next.value);
  }
  return taken;
}
