import { SequencePreTokenizer } from '@huggingface/tokenizers';
import { describe, expect, it } from 'vitest';
import { byteLevelTokenizer, knownSplits } from './byteLevelTokenizer';
import { Tokenizer } from './tokenizer';

const text = "I'LL pay $12345.67 for HTTPServer's ÀÉîtest café\u0301 ½²\n\n  x\t\ty  日本語テスト!!\n—don't/stop/ ";
const [price, end] = [["I", "'LL", ' pay', ' $'], ['\n\n', ' ', ' x', '\t', '\ty', ' ', ' 日本語テスト', '!!\n', '—don', "'t", '/stop', '/', ' ']];

/** `pre_tokenize_str` of the Python package tokenizers 0.23.3 with each model's own pattern. */
const expected: Record<string, string[]> = {
  'llama-bpe': [...price, '123', '45', '.', '67', ' for', ' HTTPServer', "'s", ' ÀÉîtest', ' café', '\u0301', ' ', '½²', ...end],
  qwen2: [...price, '1', '2', '3', '4', '5', '.', '6', '7', ' for', ' HTTPServer', "'s", ' ÀÉîtest', ' café', '\u0301', ' ', '½', '²', ...end],
  tekken: [...price, '1', '2', '3', '4', '5', '.', '6', '7', ' for', ' HTTPServer', "'s", ' ÀÉîtest', ' café\u0301', ' ', '½', '²', ...end],
};

const vocabulary = { tokens: ['<s>', 'a', 'b', 'ab', 'c', 'abc'], merges: ['a b'], controlIds: [0], userIds: [], bosId: 0, eosId: null, padId: null };
const files = (split: string) => byteLevelTokenizer({ ...vocabulary, split, addBos: false, addEos: false }, 'test.gguf');

describe('the splitting rules of GGUF', () => {
  it.each(Object.entries(expected))('%s splits as the original tokenizer does', (split, words) => {
    const { pre_tokenizer } = files(split).tokenizer as { pre_tokenizer: { pretokenizers: object[] } };
    // The last step writes words in the byte alphabet; the one before it splits.
    const config = { type: 'Sequence', pretokenizers: pre_tokenizer.pretokenizers.slice(0, -1) };
    expect(new SequencePreTokenizer(config as ConstructorParameters<typeof SequencePreTokenizer>[0])(text)).toEqual(words);
  });

  it.each(knownSplits)('%s makes a tokenizer', (split) => {
    expect(new Tokenizer(files(split)).encode('ab c').at(0)).toBe(3);
  });

  it('keeps a word that is a token whole where the rule says so', () => {
    expect(new Tokenizer(files('llama-bpe')).encode('abc')).toEqual([5]);
    expect(new Tokenizer(files('qwen2')).encode('abc')).toEqual([3, 4]);
  });
});
