import type { Document, Span } from '../document';
import { frame, type CorpusTokenizer } from './corpusTokenizer';

export interface TokenisedDocument {
  document: Document;
  /** Token ids, framed with BOS and EOS. */
  ids: number[];
}

/**
 * Tokenises a document. One that is longer than `limit` tokens becomes several, cut at white space, with its spans cut
 * along; each part says which it is in `attributes.part`.
 */
export function* splitDocument(document: Document, tokenizer: CorpusTokenizer, limit: number): Generator<TokenisedDocument> {
  const encode = (text: string) => frame(tokenizer, tokenizer.encode(text, { addSpecial: false }));
  // A text of more than 16 characters per token never fits; do not tokenise a whole book to find that out.
  if (document.text.length <= limit * 16) {
    const whole = encode(document.text);
    if (whole.length <= limit) {
      yield { document, ids: whole };
      return;
    }
  }
  let start = 0;
  let charactersPerToken = 4;
  for (let part = 0; start < document.text.length; part++) {
    let length = Math.max(1, Math.floor(limit * charactersPerToken));
    let end = cutPoint(document.text, start, length);
    let ids = encode(document.text.slice(start, end));
    while (ids.length > limit) {
      length = Math.max(1, Math.floor((end - start) * 0.95 * (limit / ids.length)));
      end = cutPoint(document.text, start, length);
      ids = encode(document.text.slice(start, end));
    }
    charactersPerToken = (end - start) / Math.max(1, ids.length);
    yield { document: slice(document, start, end, part), ids };
    start = end + (/^\s*/.exec(document.text.slice(end, end + 64))?.[0].length ?? 0);
  }
}

/** End of a part that begins at `start` and has at most `length` characters: before white space, if there is any. */
function cutPoint(text: string, start: number, length: number): number {
  const end = start + length;
  if (end >= text.length) return text.length;
  for (let at = end; at > start; at--) if (/\s/.test(text[at] ?? '')) return at;
  const splitsPair = (text.charCodeAt(end) & 0xfc00) === 0xdc00;
  return splitsPair && end - 1 > start ? end - 1 : end;
}

function slice(document: Document, start: number, end: number, part: number): Document {
  const spans: Span[] = document.spans
    .filter((span) => span.start < end && span.end > start)
    .map((span) => ({ ...span, start: Math.max(span.start, start) - start, end: Math.min(span.end, end) - start }));
  return { ...document, text: document.text.slice(start, end), spans, attributes: { ...document.attributes, part } };
}
