import { SextantError } from '@sextant/schema';
import { byteCharacters, bytePieces } from './byteLevel';

/** The special tokens, which take the first ids in this order. */
export const specialTokens = { bos: '<|bos|>', eos: '<|eos|>', pad: '<|pad|>' } as const;

/** The part of a Hugging Face `tokenizer.json` that a byte-level BPE needs. */
export interface TokenizerJson {
  version: '1.0';
  truncation: null;
  padding: null;
  added_tokens: { id: number; content: string; single_word: false; lstrip: false; rstrip: false; normalized: false; special: true }[];
  normalizer: null;
  pre_tokenizer: { type: 'ByteLevel'; add_prefix_space: false; trim_offsets: true; use_regex: true };
  post_processor: object;
  decoder: { type: 'ByteLevel'; add_prefix_space: true; trim_offsets: true; use_regex: true };
  model: {
    type: 'BPE';
    dropout: null;
    unk_token: null;
    continuing_subword_prefix: null;
    end_of_word_suffix: null;
    fuse_unk: false;
    byte_fallback: false;
    ignore_merges: boolean;
    vocab: Record<string, number>;
    merges: [string, string][];
  };
}

interface Word {
  piece: string;
  symbols: string[];
  count: number;
}

export interface BpeOptions {
  /**
   * Up to this many entries go to the most frequent pieces (words with their leading space) that merges have not reached;
   * they are looked up before any merge is tried (`ignore_merges`, as Llama 3 does). A small vocabulary spends no entries
   * on the halves of words that way. Default: merges only.
   */
  wholePieces?: number;
}

/**
 * Learns a byte-level BPE (Sennrich et al. 2016, over bytes as in GPT-2) of exactly `vocabSize` entries, special tokens
 * included, or fewer where the texts hold no more pairs to merge. The most frequent pair is merged first; of equally
 * frequent ones the first in code-unit order, so the result depends on the texts alone.
 * @throws SextantError INVALID_INPUT when `vocabSize` has no room for the 256 bytes and the special tokens.
 */
export function trainBpe(texts: Iterable<string>, vocabSize: number, options: BpeOptions = {}): TokenizerJson {
  const specials = Object.values(specialTokens);
  const smallest = specials.length + byteCharacters.length;
  if (!Number.isInteger(vocabSize) || vocabSize < smallest) {
    throw new SextantError('INVALID_INPUT', `vocabSize is ${vocabSize}, but byte-level BPE needs at least ${smallest} entries`, {
      field: 'vocabSize',
      value: vocabSize,
    });
  }
  const vocab = new Map<string, number>();
  for (const token of [...specials, ...[...byteCharacters].sort()]) vocab.set(token, vocab.size);
  const words = countWords(texts);
  const pairs = new PairCounts(words);
  const merges: [string, string][] = [];
  const room = () => vocabSize - vocab.size - Math.min(options.wholePieces ?? 0, wholePieces(words).length);
  while (room() > 0) {
    const best = pairs.mostFrequent();
    if (!best) break;
    merges.push(best);
    const merged = best[0] + best[1];
    if (!vocab.has(merged)) vocab.set(merged, vocab.size);
    pairs.merge(best);
  }
  const unreached = wholePieces(words).sort((a, b) => b.count - a.count || (a.piece < b.piece ? -1 : 1));
  for (const { piece } of unreached.slice(0, vocabSize - vocab.size)) vocab.set(piece, vocab.size);
  return tokenizerJson(vocab, merges, options.wholePieces !== undefined);
}

/** The pieces that still take more than one token. */
function wholePieces(words: readonly Word[]): Word[] {
  return words.filter((word) => word.symbols.length > 1);
}

function countWords(texts: Iterable<string>): Word[] {
  const counts = new Map<string, number>();
  for (const text of texts) for (const piece of bytePieces(text)) counts.set(piece, (counts.get(piece) ?? 0) + 1);
  return Array.from(counts, ([piece, count]) => ({ piece, symbols: [...piece], count }));
}

/** How often each pair of neighbouring symbols occurs, kept up to date while pairs are merged. */
class PairCounts {
  private readonly counts = new Map<string, number>();
  private readonly holders = new Map<string, Set<Word>>();

  constructor(words: readonly Word[]) {
    for (const word of words) this.account(word, 1);
  }

  /** Pairs are keyed "left right"; no byte character is a space. */
  mostFrequent(): [string, string] | undefined {
    let best = '';
    let most = 0;
    for (const [pair, count] of this.counts) {
      if (count > most || (count === most && pair < best)) {
        best = pair;
        most = count;
      }
    }
    const [left, right] = best.split(' ');
    return left && right ? [left, right] : undefined;
  }

  merge([left, right]: [string, string]): void {
    for (const word of [...(this.holders.get(`${left} ${right}`) ?? [])]) {
      this.account(word, -1);
      word.symbols = mergePair(word.symbols, left, right);
      this.account(word, 1);
    }
  }

  private account(word: Word, sign: 1 | -1): void {
    for (let i = 0; i + 1 < word.symbols.length; i++) {
      const pair = `${word.symbols[i]} ${word.symbols[i + 1]}`;
      const count = (this.counts.get(pair) ?? 0) + sign * word.count;
      if (count > 0) this.counts.set(pair, count);
      else this.counts.delete(pair);
      let words = this.holders.get(pair);
      if (!words) this.holders.set(pair, (words = new Set()));
      if (sign > 0) words.add(word);
      else words.delete(word);
    }
  }
}

function mergePair(symbols: readonly string[], left: string, right: string): string[] {
  const merged: string[] = [];
  for (let i = 0; i < symbols.length; i++) {
    const symbol = symbols[i] ?? '';
    if (symbol === left && symbols[i + 1] === right) {
      merged.push(left + right);
      i++;
    } else {
      merged.push(symbol);
    }
  }
  return merged;
}

function tokenizerJson(vocab: ReadonlyMap<string, number>, merges: [string, string][], ignoreMerges: boolean): TokenizerJson {
  const { bos } = specialTokens;
  const bosPiece = { SpecialToken: { id: bos, type_id: 0 } };
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: Object.values(specialTokens).map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
    post_processor: {
      type: 'TemplateProcessing',
      single: [bosPiece, { Sequence: { id: 'A', type_id: 0 } }],
      pair: [bosPiece, { Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }],
      special_tokens: { [bos]: { id: bos, ids: [vocab.get(bos)], tokens: [bos] } },
    },
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: ignoreMerges,
      vocab: Object.fromEntries(vocab),
      merges,
    },
  };
}
