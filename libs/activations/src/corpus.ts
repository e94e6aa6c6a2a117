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

/** The tokens that are kept: padding and begin-of-sequence tokens are dropped. */
export interface KeptTokens {
  corpus: TokenRows;
  bosId: number | null;
  /** Rows that have to be run. */
  rowCount: number;
  /** Tokens kept in all of them. */
  tokens: number;
}

/**
 * Which rows to run so that `maxTokens` tokens are kept (all of them when it is not given); the last row is
 * cut where the count is reached.
 * @throws SextantError INVALID_INPUT when the arrays disagree, or when nothing would be kept.
 */
export function keptTokens(corpus: TokenRows, bosId: number | null, maxTokens = Infinity): KeptTokens {
  const { contextLength } = corpus.meta;
  const total = corpus.tokens.length / contextLength;
  if (!Number.isInteger(total) || corpus.mask.length !== corpus.tokens.length || corpus.tokenDocuments.length !== corpus.tokens.length) {
    const counts = `${corpus.tokens.length} tokens, ${corpus.mask.length} mask values and ${corpus.tokenDocuments.length} document ids`;
    throw new SextantError('INVALID_INPUT', `the corpus has ${counts} in rows of ${contextLength}: they disagree`, { field: 'corpus' });
  }
  const kept: KeptTokens = { corpus, bosId, rowCount: 0, tokens: 0 };
  for (; kept.rowCount < total && kept.tokens < maxTokens; kept.rowCount++) {
    kept.tokens += countKept(kept, kept.rowCount, kept.rowCount + 1);
  }
  kept.tokens = Math.min(kept.tokens, maxTokens);
  if (kept.tokens === 0) {
    throw new SextantError('INVALID_INPUT', 'the corpus has no token to harvest: it is empty, or all padding and begin-of-sequence tokens', { field: 'corpus' });
  }
  return kept;
}

/** Whether the token at this place of the corpus is harvested. */
export function isKept({ corpus, bosId }: KeptTokens, at: number): boolean {
  return corpus.mask[at] === 1 && corpus.tokens[at] !== bosId;
}

/** Tokens kept in rows [from, to), before `maxTokens` cuts. */
export function countKept(kept: KeptTokens, from: number, to: number): number {
  const { contextLength } = kept.corpus.meta;
  let count = 0;
  for (let at = from * contextLength; at < to * contextLength; at++) if (isKept(kept, at)) count++;
  return count;
}
