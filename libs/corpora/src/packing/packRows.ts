import type { Document } from '../document';
import { SextantError } from '@sextant/schema';
import type { CorpusTokenizer } from './corpusTokenizer';
import { splitDocument, type TokenisedDocument } from './splitDocument';

/** One row of a corpus: whole documents, one after another, padded at the end. */
export interface PackedRow {
  /** [contextLength] token ids; padding after `length`. */
  ids: Int32Array;
  /** Real tokens. */
  length: number;
  documents: { document: Document; start: number; end: number }[];
}

export interface PackOptions {
  tokenizer: CorpusTokenizer;
  contextLength: number;
  /** Documents held ready to choose from; more leave less padding. */
  lookahead?: number;
}

/**
 * Packs documents into rows of `contextLength` tokens. A row begins with the oldest document that waits and is then filled
 * with the longest waiting ones that fit, so that every document is whole and little is padded. The order depends only
 * on the documents.
 * @throws SextantError INVALID_INPUT when `contextLength` is below 8.
 */
export function* packRows(documents: Iterable<Document>, { tokenizer, contextLength, lookahead = 48 }: PackOptions): Generator<PackedRow> {
  if (!(contextLength >= 8)) {
    throw new SextantError('INVALID_INPUT', `contextLength is ${contextLength}; a row needs at least 8 tokens`, {
      field: 'contextLength',
      value: contextLength,
    });
  }
  const source = tokenised(documents, tokenizer, contextLength);
  const waiting: TokenisedDocument[] = [];
  const refill = () => {
    while (waiting.length < lookahead) {
      const next = source.next();
      if (next.done) return;
      waiting.push(next.value);
    }
  };
  for (refill(); waiting.length > 0; refill()) {
    const chosen: TokenisedDocument[] = [];
    let length = 0;
    for (let place = 0; place >= 0; place = longestFitting(waiting, contextLength - length)) {
      const [next] = waiting.splice(place, 1);
      if (!next) break;
      chosen.push(next);
      length += next.ids.length;
    }
    yield layOut(chosen, contextLength, tokenizer);
  }
}

function* tokenised(documents: Iterable<Document>, tokenizer: CorpusTokenizer, limit: number): Generator<TokenisedDocument> {
  for (const document of documents) yield* splitDocument(document, tokenizer, limit);
}

function longestFitting(waiting: readonly TokenisedDocument[], room: number): number {
  let best = -1;
  let longest = 0;
  waiting.forEach(({ ids }, place) => {
    if (ids.length <= room && ids.length > longest) {
      best = place;
      longest = ids.length;
    }
  });
  return best;
}

function layOut(chosen: readonly TokenisedDocument[], contextLength: number, tokenizer: CorpusTokenizer): PackedRow {
  const ids = new Int32Array(contextLength).fill(tokenizer.padId ?? tokenizer.eosId ?? 0);
  let length = 0;
  const documents = chosen.map(({ document, ids: own }) => {
    const start = length;
    ids.set(own, start);
    length += own.length;
    return { document, start, end: length };
  });
  return { ids, length, documents };
}
