import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { readSentencePieceModel } from './sentencePieceModel';
import { sentencePieceBytes, type SentencePieceParts } from './sentencePieceWriter';
import { spmTokenizer } from './spmTokenizer';
import { Tokenizer } from './tokenizer';
import { loadTokenizer } from './tokenizerFolder';
import recorded from './sentencePieceCases.json';

/**
 * Vocabularies trained by the Python package sentencepiece 0.2.3 on 200 of TinyStories' stories, with the ids and texts that it gives
 * for them; `unigram-map` has a character map of nine rules.
 */
const vocabularies = recorded.map(({ pieces, ...rest }) => ({
  ...rest,
  pieces: pieces.map(([text, score, kind]) => [String(text), Number(score), Number(kind)] as const),
}));
const parts: SentencePieceParts = vocabularies[0]!;

const dir = mkdtempSync(join(tmpdir(), 'sentencepiece-'));
afterAll(() => rmSync(dir, { recursive: true }));
const path = join(dir, 'tokenizer.model');

describe.each(vocabularies)('a SentencePiece model: $name', (vocabulary) => {
  beforeEach(() => writeFileSync(path, sentencePieceBytes(vocabulary)));

  it('gives the ids and texts of SentencePiece itself', () => {
    const tokenizer = new Tokenizer(spmTokenizer(readSentencePieceModel(path), path));
    for (const { text, ids, decoded } of vocabulary.cases) {
      expect(tokenizer.encode(text, { addSpecial: false }), JSON.stringify(text)).toEqual(ids);
      expect(tokenizer.decode(ids), JSON.stringify(text)).toBe(decoded);
    }
  });
});

describe('a folder with a SentencePiece model and no tokenizer.json', () => {
  const write = (config: object, model: SentencePieceParts = parts) => {
    writeFileSync(path, sentencePieceBytes(model));
    writeFileSync(join(dir, 'tokenizer_config.json'), JSON.stringify(config));
  };

  it('adds BOS unless told otherwise, and EOS where it is told', () => {
    write({ bos_token: '<s>', eos_token: '</s>' });
    const [plain] = [loadTokenizer(dir)];
    const ids = plain!.encode('The fox', { addSpecial: false });
    expect(plain!.encode('The fox')).toEqual([plain!.bosId, ...ids]);
    write({ bos_token: '<s>', eos_token: '</s>', add_bos_token: false, add_eos_token: true });
    const ended = loadTokenizer(dir);
    expect(ended.encode('The fox')).toEqual([...ids, ended.eosId]);
  });

  it('takes padding of the vocabulary for what it is', () => {
    write({ add_bos_token: false }, { ...parts, pieces: [...parts.pieces, ['[PAD380]', 0, 5], ['[PAD381]', 0, 5]] });
    const padded = loadTokenizer(dir);
    expect(padded.vocabSize).toBe(382);
    expect(padded.encode('The little fox')).toEqual(vocabularies[0]!.cases[0]!.ids);
  });

  it('knows tokens that were added behind the vocabulary', () => {
    const size = 380;
    const token = { content: '<|im_end|>', lstrip: false, normalized: false, rstrip: false, single_word: false, special: true };
    write({ added_tokens_decoder: { [size]: token }, eos_token: '<|im_end|>', chat_template: '{{ messages[0].content }}<|im_end|>' });
    const tokenizer = loadTokenizer(dir);
    expect(tokenizer.eosId).toBe(size);
    expect(tokenizer.encode(tokenizer.applyChat([{ role: 'user', content: 'Hi' }])).at(-1)).toBe(size);
    write({ added_tokens_decoder: { 3: token } });
    expect(() => loadTokenizer(dir)).toThrow(/tokenizer.model: .*gives "<\|im_end\|>" the id 3, which is "<0x00>"'s/);
  });

  it.each<[string, Partial<SentencePieceParts>, RegExp]>([
    ['whole words', { type: 3 }, /is a model of type 3; unigram \(1\) and BPE \(2\) are read/],
    ['a piece twice', { pieces: [...parts.pieces, ['▁the', -1, 1], ['▁the', -2, 1]] }, /"▁the", is there twice/],
    ['an empty piece', { pieces: [...parts.pieces, ['', -1, 1]] }, /"", is empty/],
    ['a piece merged from one that is unused', { pieces: parts.pieces.map(([text, score, kind]) => [text, score, text === '▁t' ? 5 : kind] as const) }, /is merged from a piece that is marked unused/],
    ['an unknown type of piece', { pieces: [...parts.pieces, ['x!', -1, 9]] }, /a piece of the unknown type 9/],
    ['a score that is none', { pieces: [...parts.pieces, ['x!', NaN, 1]] }, /"x!", has the score NaN/],
    ['some of the bytes', { firstByte: null, pieces: [...parts.pieces, ['<0x41>', 0, 6]] }, /has 1 byte pieces; expected all 256, or none/],
    ['a space in a piece of the user, and a space in front', { pieces: [...parts.pieces, ['▁<x>', 0, 4]] }, /"▁<x>", is defined by the user and holds a space/],
    ['a damaged character map', { charsMap: 'AAAAAAAA' }, /its precompiled character map is damaged/],
  ])('%s: refused by name', (_, changes, message) => {
    write({}, { ...parts, ...changes });
    expect(() => loadTokenizer(dir)).toThrow(message);
    expect(() => loadTokenizer(dir)).toThrow(path);
  });

  it('refuses what is no SentencePiece model', () => {
    writeFileSync(path, sentencePieceBytes(parts).subarray(0, 1000));
    expect(() => loadTokenizer(dir)).toThrow(/tokenizer.model: is no SentencePiece model/);
    writeFileSync(path, 'version https://git-lfs.github.com/spec/v1');
    expect(() => loadTokenizer(dir)).toThrow(/tokenizer.model: /);
  });
});
