import type { JsonObject } from '../json';
import { addedToken, bosTemplate } from './spmTokenizer';
import type { TokenizerFiles } from './tokenizer';

export interface ByteLevelVocabulary {
  /** Tokens in the byte alphabet, numbered from 0. */
  tokens: readonly string[];
  merges: readonly string[];
  /** Name of the rule that splits text before merging, as GGUF names it. */
  split: string;
  /** Ids that carry structure, and ids that were added as text. */
  controlIds: readonly number[];
  userIds: readonly number[];
  bosId: number | null;
  eosId: number | null;
  padId: number | null;
  addBos: boolean;
}

const byteLevel = (useRegex: boolean): JsonObject => ({ type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: useRegex });
const sequence = (...pretokenizers: JsonObject[]): JsonObject => ({ type: 'Sequence', pretokenizers });
const split = (Regex: string): JsonObject => ({ type: 'Split', pattern: { Regex }, behavior: 'Isolated', invert: false });

/** Splitting rules and normalisers by the names llama.cpp gives them (llama-vocab.cpp). */
const rules: Readonly<Record<string, { preTokenizer: JsonObject; normalizer: JsonObject | null }>> = {
  'gpt-2': { preTokenizer: byteLevel(true), normalizer: null },
  smollm: { preTokenizer: sequence({ type: 'Digits', individual_digits: true }, byteLevel(true)), normalizer: null },
  qwen2: {
    preTokenizer: sequence(
      split("(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"),
      byteLevel(false),
    ),
    normalizer: { type: 'NFC' },
  },
};

export const knownSplits: readonly string[] = Object.keys(rules);

/** The tokenizer.json of a byte-level BPE vocabulary; `split` must be one of `knownSplits`. */
export function byteLevelTokenizer(vocabulary: ByteLevelVocabulary, file: string, chatTemplate?: string): TokenizerFiles {
  const { tokens, merges, split: rule, controlIds, userIds, bosId, eosId, padId, addBos } = vocabulary;
  const { preTokenizer, normalizer } = rules[rule]!;
  const nameOf = (id: number | null) => (id === null ? undefined : tokens[id]);
  const bos = nameOf(bosId);
  const added = [...controlIds.map((id) => addedToken(id, tokens[id]!, true)), ...userIds.map((id) => addedToken(id, tokens[id]!, false))];
  return {
    file,
    chatTemplate,
    config: { bos_token: bos, eos_token: nameOf(eosId), pad_token: nameOf(padId) },
    tokenizer: {
      version: '1.0',
      added_tokens: added,
      normalizer,
      pre_tokenizer: preTokenizer,
      post_processor: addBos && bos !== undefined ? bosTemplate(bos, bosId!) : null,
      decoder: byteLevel(true),
      model: { type: 'BPE', vocab: Object.fromEntries(tokens.map((token, id) => [token, id])), merges: [...merges], fuse_unk: false, ignore_merges: false },
    },
  };
}
