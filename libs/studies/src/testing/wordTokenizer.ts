import { Tokenizer } from '@sextant/models';

/** A tokenizer of whole words between spaces, `<bos>` (0) first and `<eos>` as 1; other words get `<unk>` (2). */
export function wordTokenizer(words: readonly string[]): Tokenizer {
  const names = ['<bos>', '<eos>', '<unk>', ...words];
  const special = (content: string, id: number) => ({ id, content, special: true, single_word: false, lstrip: false, rstrip: false, normalized: false });
  return new Tokenizer({
    tokenizer: {
      version: '1.0',
      added_tokens: names.slice(0, 3).map(special),
      normalizer: null,
      pre_tokenizer: { type: 'WhitespaceSplit' },
      post_processor: {
        type: 'TemplateProcessing',
        single: [{ SpecialToken: { id: '<bos>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
        pair: [],
        special_tokens: { '<bos>': { id: '<bos>', ids: [0], tokens: ['<bos>'] } },
      },
      decoder: null,
      model: { type: 'WordLevel', vocab: Object.fromEntries(names.map((name, id) => [name, id])), unk_token: '<unk>' },
    },
    config: { bos_token: '<bos>', eos_token: '<eos>', unk_token: '<unk>' },
  });
}
