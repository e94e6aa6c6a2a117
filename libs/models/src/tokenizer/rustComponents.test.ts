import { SequencePreTokenizer } from '@huggingface/tokenizers';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../json';
import { preTokenizerAsRust } from './rustComponents';
import { Tokenizer } from './tokenizer';

const text = "the-final--countdown, don't (stop) 3½ café: x_y  ▁z";
const rest = "countdown, don't (stop) 3½ café: x_y  ▁z";
const dash = (behavior: string, invert: boolean) => ({ type: 'Split', pattern: { String: '-' }, behavior, invert });
const metaspace = (prepend_scheme: string, split: boolean) => ({ type: 'Metaspace', replacement: '▁', prepend_scheme, split });

/** `pre_tokenize_str` of the Python package tokenizers 0.23.3. */
const cases: [JsonObject, string[]][] = [
  [dash('Isolated', false), ['the', '-', 'final', '-', '-', rest]],
  [dash('Isolated', true), ['the', '-', 'final', '-', '-', rest]],
  [dash('Removed', false), ['the', 'final', rest]],
  [dash('Removed', true), ['-', '-', '-']],
  [dash('MergedWithPrevious', false), ['the-', 'final-', '-', rest]],
  [dash('MergedWithPrevious', true), ['the', '-final', '-', `-${rest}`]],
  [dash('MergedWithNext', false), ['the', '-final', '-', `-${rest}`]],
  [dash('MergedWithNext', true), ['the-', 'final-', '-', rest]],
  [dash('Contiguous', false), ['the', '-', 'final', '--', rest]],
  [{ type: 'Split', pattern: { Regex: '[,(]| ' }, behavior: 'Removed', invert: false }, ['the-final--countdown', "don't", 'stop)', '3½', 'café:', 'x_y', '▁z']],
  [{ type: 'Punctuation', behavior: 'Isolated' }, ['the', '-', 'final', '-', '-', 'countdown', ',', ' don', "'", 't ', '(', 'stop', ')', ' 3½ café', ':', ' x', '_', 'y  ▁z']],
  [{ type: 'Punctuation', behavior: 'Contiguous' }, ['the', '-', 'final', '--', 'countdown', ',', ' don', "'", 't ', '(', 'stop', ')', ' 3½ café', ':', ' x', '_', 'y  ▁z']],
  [{ type: 'Whitespace' }, ['the', '-', 'final', '--', 'countdown', ',', 'don', "'", 't', '(', 'stop', ')', '3', '½', 'café', ':', 'x_y', '▁', 'z']],
  [{ type: 'Digits', individual_digits: false }, ['the-final--countdown, don\'t (stop) ', '3½', ' café: x_y  ▁z']],
  [metaspace('always', true), ['▁the-final--countdown,', "▁don't", '▁(stop)', '▁3½', '▁café:', '▁x_y', '▁', '▁', '▁z']],
  [metaspace('never', false), ["the-final--countdown,▁don't▁(stop)▁3½▁café:▁x_y▁▁▁z"]],
];

describe('pre-tokenizers', () => {
  it.each(cases)('%j splits as the Rust library does', (component, expected) => {
    const split = new SequencePreTokenizer({ type: 'Sequence', pretokenizers: [preTokenizerAsRust(component)] } as ConstructorParameters<typeof SequencePreTokenizer>[0]);
    expect(split(text)).toEqual(expected);
  });
});

const toy: JsonObject = {
  added_tokens: [{ id: 3, content: '<s>', special: true }],
  post_processor: {
    type: 'TemplateProcessing',
    single: [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
    pair: [],
    special_tokens: { '<s>': { id: '<s>', ids: [3], tokens: ['<s>'] } },
  },
  model: { type: 'BPE', vocab: { a: 0, b: 1, ab: 2 }, merges: ['a b'] },
};
const model = (changes: JsonObject) => ({ model: { type: 'BPE', vocab: { a: 0, b: 1, ab: 2 }, merges: ['a b'], ...changes } });

describe('a tokenizer.json', () => {
  it('is read when every part is known', () => {
    expect(new Tokenizer({ tokenizer: toy }).encode('abba')).toEqual([3, 2, 1, 0]);
  });

  it.each<[string, JsonObject, RegExp]>([
    ['an unknown component', { pre_tokenizer: { type: 'Sentences' } }, /"pre_tokenizer.type" is "Sentences"/],
    ['an unknown field', { normalizer: { type: 'Prepend', prepend: '▁', always: true } }, /"normalizer" is .*always/],
    ['an unknown part', { sampler: {} }, /sampler/],
    ['drop-out', model({ dropout: 0.1 }), /"model.dropout" is 0.1/],
    ['suffixes', model({ end_of_word_suffix: '</w>' }), /"model.end_of_word_suffix" is "<\/w>"/],
    ['another model', { model: { type: 'WordPiece', vocab: {} } }, /"model.type" is "WordPiece"/],
    ['an id twice', model({ vocab: { a: 0, b: 1, ab: 1 } }), /"model.vocab.ab" is 1, as another token's/],
    ['an id that is no id', model({ vocab: { a: 0, b: 1, ab: 1e9 } }), /"model.vocab.ab" is 1000000000; expected an id/],
    ['a merge into nothing', model({ merges: ['b a'] }), /"model.merges.0" is "b a", but "ba" is not in the vocabulary/],
    ['a merge of three', model({ merges: ['a b c'] }), /"model.merges.0" is "a b c"; expected two tokens/],
    ['an added token with another id', { added_tokens: [{ id: 7, content: 'ab' }] }, /gives "ab" the id 7; it has 2/],
    ['an added token with a taken id', { added_tokens: [{ id: 1, content: '<s>' }] }, /gives "<s>" the id 1, which is "b"'s/],
    ['whole words', { added_tokens: [{ id: 3, content: '<s>', single_word: true }] }, /"added_tokens.0.single_word" is true/],
    ['a template of another id', { added_tokens: [{ id: 4, content: '<s>' }] }, /adds "<s>", whose id in the vocabulary is 4/],
    ['a character map that comes late', { normalizer: { type: 'Sequence', normalizers: [{ type: 'NFC' }, { type: 'Precompiled', precompiled_charsmap: 'AAAA' }] } }, /not its first step/],
    ['a damaged character map', { normalizer: { type: 'Precompiled', precompiled_charsmap: 'AAAA' } }, /is damaged: its trie does not fit/],
    ['a pattern that is none', { pre_tokenizer: { type: 'Split', pattern: { Regex: '(' }, behavior: 'Isolated', invert: false } }, /not a tokenizer that can be read/],
  ])('with %s is refused by name', (_, changes, message) => {
    const load = () => new Tokenizer({ tokenizer: { ...toy, ...changes }, file: 'x/tokenizer.json' });
    expect(load).toThrow(message);
    expect(load).toThrow(/^x\/tokenizer.json: /);
  });
});
