import type { JsonObject } from '../json';
import { addedToken, template } from './spmTokenizer';
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
  addEos: boolean;
}

const byteLevel = (useRegex: boolean): JsonObject => ({ type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: useRegex });
const sequence = (...pretokenizers: JsonObject[]): JsonObject => ({ type: 'Sequence', pretokenizers });
const split = (Regex: string): JsonObject => ({ type: 'Split', pattern: { Regex }, behavior: 'Isolated', invert: false });

/** Text in words, then one to three digits, then marks and spaces: the pattern of OpenAI's cl100k and its relatives. */
const words = (digits: string) =>
  `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`;
const [upper, lower] = ['[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]', '[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]'];
const tekkenWords = [`[^\\r\\n\\p{L}\\p{N}]?${upper}*${lower}+`, `[^\\r\\n\\p{L}\\p{N}]?${upper}+${lower}*`];
const tekken = [...tekkenWords, '\\p{N}', ' ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*', '\\s*[\\r\\n]+', '\\s+(?!\\S)', '\\s+'].join('|');

interface Rule {
  preTokenizer: JsonObject;
  normalizer: JsonObject | null;
  /** A word that is a token by itself is not taken apart. */
  ignoreMerges?: boolean;
  addBos?: boolean;
}

const gpt2: Rule = { preTokenizer: byteLevel(true), normalizer: null };
const digitsApart: Rule = { preTokenizer: sequence({ type: 'Digits', individual_digits: true }, byteLevel(true)), normalizer: null };
const splitBy = (pattern: string): JsonObject => sequence(split(pattern), byteLevel(false));
const llama3: Rule = { preTokenizer: splitBy(words('\\p{N}{1,3}')), normalizer: null, ignoreMerges: true, addBos: true };
const qwen2: Rule = { preTokenizer: splitBy(words('\\p{N}')), normalizer: { type: 'NFC' } };

/** Splitting rules and normalisers by the names llama.cpp gives them (llama-vocab.cpp, which also lists the aliases). */
const rules: Readonly<Record<string, Rule>> = {
  ...{ 'gpt-2': gpt2, mpt: gpt2, olmo: gpt2, jais: gpt2, 'phi-2': gpt2 },
  ...{ smollm: digitsApart, starcoder: digitsApart, refact: digitsApart, 'command-r': digitsApart, codeshell: digitsApart },
  ...{ 'llama-bpe': llama3, llama3, 'llama-v3': llama3 },
  ...{ qwen2, 'deepseek-r1-qwen': qwen2 },
  tekken: { preTokenizer: splitBy(tekken), normalizer: null, ignoreMerges: true, addBos: true },
};

export const knownSplits: readonly string[] = Object.keys(rules);

/** Whether a rule puts BOS in front where the file does not say. */
export function addsBos(rule: string): boolean {
  return rules[rule]?.addBos ?? false;
}

/** The tokenizer.json of a byte-level BPE vocabulary; `split` must be one of `knownSplits`. */
export function byteLevelTokenizer(vocabulary: ByteLevelVocabulary, file: string, chatTemplate?: string): TokenizerFiles {
  const { tokens, merges, split: rule, controlIds, userIds, bosId, eosId, padId, addBos, addEos } = vocabulary;
  const { preTokenizer, normalizer, ignoreMerges = false } = rules[rule]!;
  const nameOf = (id: number | null) => (id === null ? undefined : tokens[id]);
  const special = (id: number | null) => (id === null ? null : { id, token: nameOf(id)! });
  const added = [...controlIds.map((id) => addedToken(id, tokens[id]!, true)), ...userIds.map((id) => addedToken(id, tokens[id]!, false))];
  return {
    file,
    chatTemplate,
    config: { bos_token: nameOf(bosId), eos_token: nameOf(eosId), pad_token: nameOf(padId) },
    tokenizer: {
      version: '1.0',
      added_tokens: added,
      normalizer,
      pre_tokenizer: preTokenizer,
      post_processor: template(addBos ? special(bosId) : null, addEos ? special(eosId) : null),
      decoder: byteLevel(true),
      model: {
        ...{ type: 'BPE', vocab: Object.fromEntries(tokens.map((token, id) => [token, id])), merges: [...merges] },
        ...{ fuse_unk: false, ignore_merges: ignoreMerges },
      },
    },
  };
}
