import { SextantError } from '@sextant/schema';

/** Token rows to run a model over; a `Corpus` is one. */
export interface TokenRows {
  readonly meta: { readonly contextLength: number };
  /** [rows · contextLength] token ids. */
  readonly tokens: Int32Array;
  /** [rows · contextLength], 1 = real token, 0 = padding. */
  readonly mask: Int32Array;
  /** [rows · contextLength] document each token belongs to. */
  readonly tokenDocuments: Int32Array;
}

/** The tokens that are kept: padding and special tokens (begin and end of a document, …) are dropped. */
export interface KeptTokens {
  corpus: TokenRows;
  specialIds: ReadonlySet<number>;
  /** Rows that have to be run. */
  rowCount: number;
  /** Places (row · contextLength + position) from here on are not kept. */
  end: number;
  /** Tokens kept. */
  tokens: number;
}

/**
 * Which tokens to harvest so that `maxTokens` are kept (all of them when it is not given); the last row is cut
 * where the count is reached.
 * @throws SextantError INVALID_INPUT when the arrays disagree, or when nothing would be kept.
 */
export function keptTokens(corpus: TokenRows, specialIds: ReadonlySet<number>, maxTokens = Infinity): KeptTokens {
  const { contextLength } = corpus.meta;
  const { length } = corpus.tokens;
  if (length % contextLength !== 0 || corpus.mask.length !== length || corpus.tokenDocuments.length !== length) {
    const counts = `${length} tokens, ${corpus.mask.length} mask values and ${corpus.tokenDocuments.length} document ids`;
    throw new SextantError('INVALID_INPUT', `the corpus has ${counts} in rows of ${contextLength}: they disagree`, { field: 'corpus' });
  }
  const kept: KeptTokens = { corpus, specialIds, rowCount: 0, end: length, tokens: 0 };
  for (let at = 0; at < length && kept.tokens < maxTokens; at++) {
    if (!isKept(kept, at)) continue;
    kept.tokens++;
    kept.rowCount = Math.floor(at / contextLength) + 1;
    if (kept.tokens === maxTokens) kept.end = at + 1;
  }
  if (kept.tokens === 0) {
    throw new SextantError('INVALID_INPUT', 'the corpus has no token to harvest: it is empty, or all padding and special tokens', { field: 'corpus' });
  }
  return kept;
}

/** Whether the token at this place of the corpus is harvested. */
export function isKept({ corpus, specialIds, end }: KeptTokens, at: number): boolean {
  return at < end && corpus.mask[at] === 1 && !specialIds.has(corpus.tokens[at]!);
}
