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
  /** Numbered from 0. */
  pieces: readonly SpmPiece[];
  bosId: number | null;
  eosId: number | null;
  unkId: number;
  addBos: boolean;
  /** A space in front of the text. */
  addPrefix: boolean;
  /** Runs of spaces become one, and none stay at the ends. */
  removeExtraSpaces: boolean;
  /** What unknown characters decode to; without one they are left out, as special tokens are. */
  unkSurface?: string;
}

/**
 * The tokenizer.json of a SentencePiece BPE vocabulary, as Transformers' SpmConverter makes it: pairs merge in the order of
 * their piece's score, characters that are no piece fall back to bytes or to the unknown token.
 */
export function spmTokenizer(vocabulary: SpmVocabulary, file: string): TokenizerFiles {
  const { pieces, bosId, eosId, unkId, addBos, addPrefix, removeExtraSpaces, unkSurface } = vocabulary;
  const names = pieces.map(({ text }, id) => (id === unkId && unkSurface !== undefined ? unkSurface : text));
  const isAdded = (id: number) => pieces[id]!.kind === 'control' || pieces[id]!.kind === 'user' || (id === unkId && unkSurface === undefined);
  const added = [...names.keys()].filter(isAdded).map((id) => addedToken(id, names[id]!, pieces[id]!.kind !== 'user'));
  const nameOf = (id: number | null) => (id === null ? undefined : names[id]);
  const bos = nameOf(bosId);
  const config = { bos_token: bos, eos_token: nameOf(eosId), ...(unkSurface === undefined && { unk_token: names[unkId] }) };
  return {
    file,
    config,
    tokenizer: {
      version: '1.0',
      added_tokens: added,
      normalizer: { type: 'Sequence', normalizers: normalizers(addPrefix, removeExtraSpaces) },
      pre_tokenizer: null,
      post_processor: addBos && bos !== undefined ? bosTemplate(bos, bosId!) : null,
      decoder: decoder(addPrefix),
      model: {
        type: 'BPE',
        vocab: Object.fromEntries(names.map((name, id) => [name, id])),
        merges: mergesByScore(pieces),
        unk_token: names[unkId],
        fuse_unk: true,
        byte_fallback: pieces.some(({ kind }) => kind === 'byte'),
        ignore_merges: false,
      },
    },
  };
}

export function addedToken(id: number, content: string, special: boolean): JsonObject {
  return { id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special };
}

/** The post-processor that puts BOS in front. */
export function bosTemplate(bos: string, id: number): JsonObject {
  const token = { SpecialToken: { id: bos, type_id: 0 } };
  const [first, second] = ['A', 'B'].map((name) => ({ Sequence: { id: name, type_id: 0 } }));
  const special = { [bos]: { id: bos, ids: [id], tokens: [bos] } };
  return { type: 'TemplateProcessing', single: [token, first], pair: [token, first, token, second], special_tokens: special };
}

/** Every way to split a piece into two others, the best-scored piece first. */
function mergesByScore(pieces: readonly SpmPiece[]): [string, string][] {
  const mergeable = new Set(pieces.filter(({ kind }) => kind === 'normal').map(({ text }) => text));
  const ranked = [...pieces.entries()].filter(([, { kind }]) => kind === 'normal').sort(([a, left], [b, right]) => right.score - left.score || a - b);
  return ranked.flatMap(([, { text }]) => {
    const splits: [string, string][] = [];
    for (let at = 1; at < text.length; at++) {
      const [left, right] = [text.slice(0, at), text.slice(at)];
      if (mergeable.has(left) && mergeable.has(right)) splits.push([left, right]);
    }
    return splits;
  });
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
