/** What packing needs of a tokenizer; `@sextant/models`' Tokenizer is one. */
export interface CorpusTokenizer {
  encode(text: string, options?: { addSpecial?: boolean }): number[];
  readonly bosId: number | null;
  readonly eosId: number | null;
  readonly padId: number | null;
}

/** The token that ends a document, where it differs from the one that begins it. */
export function endOfDocument({ bosId, eosId }: CorpusTokenizer): number | null {
  return eosId === bosId ? null : eosId;
}

/** Tokens that packing adds to a document: BOS in front, and EOS behind where the tokenizer has one of its own. */
export function frame(tokenizer: CorpusTokenizer, ids: readonly number[]): number[] {
  const end = endOfDocument(tokenizer);
  return [...(tokenizer.bosId === null ? [] : [tokenizer.bosId]), ...ids, ...(end === null ? [] : [end])];
}
