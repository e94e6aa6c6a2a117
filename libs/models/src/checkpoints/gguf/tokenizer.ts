import type { GgufFile } from '@sextant/formats';
import { SextantError } from '@sextant/schema';
import type { ConfigReader } from '../../configReader';
import { addsBos, byteLevelTokenizer, knownSplits } from '../../tokenizer/byteLevelTokenizer';
import { spmTokenizer, type SpmPiece } from '../../tokenizer/spmTokenizer';
import { Tokenizer } from '../../tokenizer/tokenizer';

/** Token types of GGUF, which are SentencePiece's. */
const kinds: Readonly<Record<number, SpmPiece['kind']>> = { 1: 'normal', 2: 'unknown', 3: 'control', 4: 'user', 5: 'unused', 6: 'byte' };

/**
 * The tokenizer that a GGUF file's metadata describes; null when there is none.
 * @throws SextantError INVALID_FILE naming the key that is missing, of the wrong kind, or not supported.
 */
export function ggufTokenizer(file: GgufFile, metadata: ConfigReader): Tokenizer | null {
  if (!file.metadata.has('tokenizer.ggml.tokens')) return null;
  const make = metadata.choice('tokenizer.ggml.model', { llama: sentencePiece('bpe'), t5: sentencePiece('unigram'), gpt2: byteLevel });
  return make(new Vocabulary(file, metadata));
}

class Vocabulary {
  readonly tokens: string[];
  readonly kinds: SpmPiece['kind'][];

  constructor(
    readonly file: GgufFile,
    readonly metadata: ConfigReader,
  ) {
    this.tokens = this.list('tokens', (value): value is string => typeof value === 'string');
    const seen = new Set<string>();
    const twice = this.tokens.find((token) => seen.size === seen.add(token).size);
    if (twice !== undefined) this.refuse('tokens', `holds ${JSON.stringify(twice)} twice`);
    const types = this.has('token_type') ? this.numbers('token_type') : this.tokens.map(() => 1);
    if (types.length !== this.tokens.length) this.refuse('token_type', `${types.length} types for ${this.tokens.length} tokens`);
    this.kinds = types.map((type) => kinds[type] ?? 'unused');
  }

  has(key: string): boolean {
    return this.file.metadata.has(`tokenizer.ggml.${key}`);
  }

  id(key: string): number | null {
    const full = `tokenizer.ggml.${key}`;
    if (!this.metadata.has(full)) return null;
    const id = this.metadata.number(full);
    return Number.isInteger(id) && id >= 0 && id < this.tokens.length ? id : this.metadata.refuse(full, `an id below ${this.tokens.length}`);
  }

  idsOf(kind: SpmPiece['kind']): number[] {
    return [...this.kinds.keys()].filter((id) => this.kinds[id] === kind);
  }

  flag(key: string, fallback: boolean): boolean {
    return this.metadata.flag(`tokenizer.ggml.${key}`, fallback);
  }

  numbers(key: string): number[] {
    return this.list(key, (value): value is number => typeof value === 'number');
  }

  strings(key: string): string[] {
    return this.list(key, (value): value is string => typeof value === 'string');
  }

  refuse(key: string, what: string): never {
    const field = `tokenizer.ggml.${key}`;
    throw new SextantError('INVALID_FILE', `${this.file.path}: ${field} ${what}`, { file: this.file.path, field });
  }

  private list<T>(key: string, accepts: (value: unknown) => value is T): T[] {
    const value = this.file.metadata.get(`tokenizer.ggml.${key}`);
    const list: unknown[] = Array.isArray(value) ? value : this.refuse(key, 'is missing or no list');
    return list.map((entry, at) => (accepts(entry) ? entry : this.refuse(key, `holds ${String(entry)} at ${at}`)));
  }
}

const sentencePiece = (algorithm: 'bpe' | 'unigram') => (vocabulary: Vocabulary): Tokenizer => {
  const { tokens, kinds: types, file } = vocabulary;
  const scores = vocabulary.numbers('scores');
  if (scores.length !== tokens.length) vocabulary.refuse('scores', `has ${scores.length} entries for ${tokens.length} tokens`);
  const unkId = vocabulary.id('unknown_token_id') ?? types.indexOf('unknown');
  if (unkId < 0) vocabulary.refuse('unknown_token_id', 'is missing');
  const pieces = tokens.map((text, id): SpmPiece => ({ text, score: scores[id]!, kind: types[id]! }));
  const ids = { bosId: vocabulary.id('bos_token_id'), eosId: vocabulary.id('eos_token_id'), padId: vocabulary.id('padding_token_id'), unkId };
  // Defaults of llama.cpp (llama-vocab.cpp): BOS in front of merged vocabularies, EOS behind unigram ones.
  const rules = {
    addBos: vocabulary.flag('add_bos_token', algorithm === 'bpe'),
    addEos: vocabulary.flag('add_eos_token', algorithm === 'unigram'),
    addPrefix: vocabulary.flag('add_space_prefix', true),
    removeExtraSpaces: vocabulary.flag('remove_extra_whitespaces', false),
    charsMap: vocabulary.has('precompiled_charsmap') ? Uint8Array.from(vocabulary.numbers('precompiled_charsmap')) : undefined,
  };
  return new Tokenizer({ ...spmTokenizer({ algorithm, pieces, ...ids, ...rules }, file.path), chatTemplate: chatTemplate(vocabulary) });
};

function byteLevel(vocabulary: Vocabulary): Tokenizer {
  const { tokens, metadata, file } = vocabulary;
  const split = metadata.choice('tokenizer.ggml.pre', Object.fromEntries(knownSplits.map((name) => [name, name])));
  const ids = { bosId: vocabulary.id('bos_token_id'), eosId: vocabulary.id('eos_token_id'), padId: vocabulary.id('padding_token_id') };
  const added = { controlIds: vocabulary.idsOf('control'), userIds: vocabulary.idsOf('user'), addBos: vocabulary.flag('add_bos_token', addsBos(split)), addEos: vocabulary.flag('add_eos_token', false) };
  return new Tokenizer(byteLevelTokenizer({ tokens, merges: vocabulary.strings('merges'), split, ...ids, ...added }, file.path, chatTemplate(vocabulary)));
}

function chatTemplate({ metadata }: Vocabulary): string | undefined {
  return metadata.has('tokenizer.chat_template') ? metadata.text('tokenizer.chat_template') : undefined;
}
