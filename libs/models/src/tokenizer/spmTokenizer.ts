import { SextantError } from '@sextant/schema';
import type { JsonObject } from '../json';
import type { TokenizerFiles } from './tokenizer';

/** A piece of a SentencePiece vocabulary. Spaces are `▁`, bytes are `<0xNN>`. */
export interface SpmPiece {
  text: string;
  /** Higher merges first. */
  score: number;
  kind: 'normal' | 'unknown' | 'control' | 'user' | 'byte' | 'unused';
}

export interface SpmVocabulary {
  /** `bpe` merges the best-scored pair, `unigram` takes the best-scored path. */
  algorithm: 'bpe' | 'unigram';
  /** Numbered from 0. */
  pieces: readonly SpmPiece[];
  bosId: number | null;
  eosId: number | null;
  unkId: number;
  padId?: number | null;
  addBos: boolean;
  addEos?: boolean;
  /** A space in front of the text. */
  addPrefix: boolean;
  /** Runs of spaces become one, and none stay at the ends. */
  removeExtraSpaces: boolean;
  /** Precompiled character map that the text passes through first. */
  charsMap?: Uint8Array;
  /** What unknown characters decode to; without one they are left out, as special tokens are. */
  unkSurface?: string;
}

/**
 * The tokenizer.json of a SentencePiece vocabulary, as Transformers' SpmConverter makes it: pairs merge in the order of
 * their piece's score, or the path of highest score is taken; characters that are no piece fall back to bytes or to the unknown token.
 * @throws SextantError INVALID_FILE for a vocabulary that tokenizer.json cannot say.
 */
export function spmTokenizer(vocabulary: SpmVocabulary, file: string): TokenizerFiles {
  const { algorithm, pieces, bosId, eosId, padId = null, unkId, addBos, addEos = false, addPrefix, removeExtraSpaces, charsMap, unkSurface } = vocabulary;
  checkPieces(vocabulary, file);
  const names = pieces.map(({ text }, id) => (id === unkId && unkSurface !== undefined ? unkSurface : text));
  const isAdded = (id: number) => pieces[id]!.kind === 'control' || pieces[id]!.kind === 'user' || (id === unkId && unkSurface === undefined);
  // Pieces that the user defined are found in the text as SentencePiece sees it, with ▁ for spaces.
  const isMarked = (id: number) => pieces[id]!.kind === 'user' && names[id]!.includes('▁');
  const added = [...names.keys()].filter(isAdded).map((id) => ({ ...addedToken(id, names[id]!, pieces[id]!.kind !== 'user'), normalized: isMarked(id) }));
  const nameOf = (id: number | null) => (id === null ? undefined : names[id]);
  const special = (id: number | null) => (id === null ? null : { id, token: nameOf(id)! });
  const config = { bos_token: nameOf(bosId), eos_token: nameOf(eosId), pad_token: nameOf(padId), ...(unkSurface === undefined && { unk_token: names[unkId] }) };
  return {
    file,
    config,
    tokenizer: {
      version: '1.0',
      added_tokens: added,
      normalizer: { type: 'Sequence', normalizers: [...precompiled(charsMap), ...normalizers(addPrefix, removeExtraSpaces)] },
      pre_tokenizer: null,
      post_processor: template(addBos ? special(bosId) : null, addEos ? special(eosId) : null),
      decoder: decoder(addPrefix),
      model: algorithm === 'bpe' ? bpe(names, vocabulary) : unigram(names, vocabulary),
    },
  };
}

export function addedToken(id: number, content: string, special: boolean): JsonObject {
  return { id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special };
}

/** The post-processor that puts one token in front and another behind; null without either. */
export function template(front: SpecialToken | null, behind: SpecialToken | null): JsonObject | null {
  if (!front && !behind) return null;
  const item = (special: SpecialToken | null) => (special ? [{ SpecialToken: { id: special.token, type_id: 0 } }] : []);
  const around = (name: string) => [...item(front), { Sequence: { id: name, type_id: 0 } }, ...item(behind)];
  const specials = [front, behind].flatMap((special) => (special ? [[special.token, { id: special.token, ids: [special.id], tokens: [special.token] }]] : []));
  return { type: 'TemplateProcessing', single: around('A'), pair: [...around('A'), ...around('B')], special_tokens: Object.fromEntries(specials) };
}

interface SpecialToken {
  token: string;
  id: number;
}

function checkPieces({ algorithm, pieces, addPrefix }: SpmVocabulary, file: string): void {
  const refuse = (id: number, why: string): never => {
    throw new SextantError('INVALID_FILE', `${file}: piece ${id}, ${JSON.stringify(pieces[id]!.text)}, ${why}`, { file, field: 'pieces', value: pieces[id]!.text });
  };
  const seen = new Set<string>();
  for (const [id, { text, kind, score }] of pieces.entries()) {
    if (text === '') refuse(id, 'is empty');
    if (seen.has(text)) refuse(id, 'is there twice');
    seen.add(text);
    if (!Number.isFinite(score)) refuse(id, `has the score ${score}`);
    if (kind === 'byte' && !/^<0x[0-9A-F]{2}>$/.test(text)) refuse(id, 'is no byte; expected <0x00> to <0xFF>');
    if (kind === 'user' && addPrefix && text.includes('▁')) refuse(id, 'is defined by the user and holds a space, in a vocabulary that puts a space in front of the text; use its tokenizer.json');
  }
  // SentencePiece merges through unused pieces and takes them apart again; a tokenizer.json cannot say that. Padding is never merged.
  const unused = new Set(algorithm === 'bpe' ? pieces.filter(({ kind }) => kind === 'unused').map(({ text }) => text) : []);
  for (const [id, { text, kind }] of unused.size === 0 ? [] : pieces.entries()) {
    const through = kind === 'normal' && splitsOf(text).some(([left, right]) => unused.has(left) || unused.has(right));
    if (through) refuse(id, 'is merged from a piece that is marked unused; use its tokenizer.json');
  }
  const bytes = pieces.filter(({ kind }) => kind === 'byte').length;
  if (bytes !== 0 && bytes !== 256) throw new SextantError('INVALID_FILE', `${file}: has ${bytes} byte pieces; expected all 256, or none`, { file, value: bytes });
}

function bpe(names: readonly string[], { pieces, unkId }: SpmVocabulary): JsonObject {
  return {
    type: 'BPE',
    vocab: Object.fromEntries(names.map((name, id) => [name, id])),
    merges: mergesByScore(pieces),
    unk_token: names[unkId],
    fuse_unk: true,
    byte_fallback: pieces.some(({ kind }) => kind === 'byte'),
    ignore_merges: false,
  };
}

/** Only normal and user-defined pieces are found in text; tokenizer.json lists all, so the others get a score that never wins. */
function unigram(names: readonly string[], { pieces, unkId }: SpmVocabulary): JsonObject {
  const found = pieces.filter(({ kind }) => kind === 'normal' || kind === 'user');
  const never = found.reduce((least, { score }) => Math.min(least, score), 0) - 1000;
  const scoreOf = ({ kind, score }: SpmPiece) => (kind === 'normal' || kind === 'user' ? score : never);
  return {
    type: 'Unigram',
    unk_id: unkId,
    vocab: pieces.map((piece, id) => [names[id]!, scoreOf(piece)]),
    byte_fallback: pieces.some(({ kind }) => kind === 'byte'),
  };
}

function precompiled(charsMap: Uint8Array | undefined): JsonObject[] {
  return charsMap && charsMap.length > 0 ? [{ type: 'Precompiled', precompiled_charsmap: Buffer.from(charsMap).toString('base64') }] : [];
}

/** Every way to split a piece into two others, the best-scored piece first. */
function mergesByScore(pieces: readonly SpmPiece[]): [string, string][] {
  const mergeable = new Set(pieces.filter(({ kind }) => kind === 'normal').map(({ text }) => text));
  const ranked = [...pieces.entries()].filter(([, { kind }]) => kind === 'normal').sort(([a, left], [b, right]) => right.score - left.score || a - b);
  return ranked.flatMap(([, { text }]) => splitsOf(text).filter(([left, right]) => mergeable.has(left) && mergeable.has(right)));
}

/** Every way to cut a text in two. */
function splitsOf(text: string): [string, string][] {
  return Array.from({ length: Math.max(0, text.length - 1) }, (_, at) => [text.slice(0, at + 1), text.slice(at + 1)]);
}

function normalizers(addPrefix: boolean, removeExtraSpaces: boolean): JsonObject[] {
  const replace = (pattern: JsonObject, content: string) => ({ type: 'Replace', pattern, content });
  return [
    ...(removeExtraSpaces ? [replace({ Regex: ' {2,}' }, ' '), replace({ Regex: '\\A | \\z' }, '')] : []),
    ...(addPrefix ? [{ type: 'Prepend', prepend: '▁' }] : []),
    replace({ String: ' ' }, '▁'),
    // A text of spaces only has become the prefix alone; SentencePiece gives it no tokens.
    ...(addPrefix && removeExtraSpaces ? [replace({ Regex: '\\A▁\\z' }, '')] : []),
  ];
}

function decoder(addPrefix: boolean): JsonObject {
  const strip = addPrefix ? [{ type: 'Strip', content: ' ', start: 1, stop: 0 }] : [];
  return { type: 'Sequence', decoders: [{ type: 'Replace', pattern: { String: '▁' }, content: ' ' }, { type: 'ByteFallback' }, { type: 'Fuse' }, ...strip] };
}
