import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fixtureJson, haveModelFixtures, modelFixtures, withoutFixtures } from '../sharedFixtures';
import { tokenSpans } from './offsets';
import { Tokenizer } from './tokenizer';
import { loadTokenizer, saveTokenizer } from './tokenizerFolder';

interface Case {
  text: string;
  ids: number[];
  ids_no_special?: number[];
  tokens: string[];
  decoded: string;
  decoded_skip_special?: string;
}

interface Chat {
  messages: { role: string; content: string }[];
  rendered: string;
  rendered_ids: number[];
  rendered_generation: string;
  rendered_generation_ids: number[];
}

const folders = haveModelFixtures ? readdirSync(join(modelFixtures, 'tiny')) : [];
const tiny = folders.filter((name) => existsSync(join(modelFixtures, 'tiny', name, 'tokenizer_cases.json')));

/** A byte-level tokenizer of two merges over the bytes of a snowman and ASCII letters, made here. */
function byteLevelToy(): Tokenizer {
  const vocab = Object.fromEntries(['<s>', 'a', 'b', 'Ġ', 'â', 'ĺ', 'ĥ', 'âĺ', 'Ġa'].map((token, id) => [token, id]));
  return new Tokenizer({
    tokenizer: {
      added_tokens: [{ id: 0, content: '<s>', special: true }],
      pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, use_regex: true },
      decoder: { type: 'ByteLevel' },
      model: { type: 'BPE', vocab, merges: ['â ĺ', 'Ġ a'] },
    },
    config: { bos_token: { content: '<s>', lstrip: false } },
  });
}

describe.skipIf(!haveModelFixtures)(`tokenizers of Hugging Face Transformers (${withoutFixtures})`, () => {
  it.each(tiny)('%s: ids, tokens and text equal the reference', (name) => {
    const tokenizer = loadTokenizer(join(modelFixtures, 'tiny', name));
    const cases = fixtureJson<Case[]>(`tiny/${name}/tokenizer_cases.json`);
    expect(cases.length).toBe(16);
    for (const example of cases) {
      expect(tokenizer.encode(example.text)).toEqual(example.ids);
      expect(tokenizer.encode(example.text, { addSpecial: false })).toEqual(example.ids_no_special);
      expect(example.ids.map((id) => tokenizer.token(id))).toEqual(example.tokens);
      expect(tokenizer.decode(example.ids, { skipSpecial: false })).toBe(example.decoded);
      expect(tokenizer.decode(example.ids)).toBe(example.decoded_skip_special);
    }
  });

  it.each(tiny)('%s: streaming token by token gives the decoded text', (name) => {
    const tokenizer = loadTokenizer(join(modelFixtures, 'tiny', name));
    for (const { ids, decoded_skip_special } of fixtureJson<Case[]>(`tiny/${name}/tokenizer_cases.json`)) {
      const stream = tokenizer.stream();
      expect(ids.map((id) => stream.push(id)).join('') + stream.end()).toBe(decoded_skip_special);
    }
  });

  it('SmolLM2: ids with digit splitting, chat rendering and its ids', () => {
    const tokenizer = loadTokenizer(join(modelFixtures, 'smollm2'));
    const references = fixtureJson<{ tokenizer: Case[]; chats: Chat[] }>('smollm2/references.json');
    for (const example of references.tokenizer) expect(tokenizer.encode(example.text)).toEqual(example.ids);
    for (const chat of references.chats) {
      expect(tokenizer.applyChat(chat.messages)).toBe(chat.rendered);
      const prompt = tokenizer.applyChat(chat.messages, { addGenerationPrompt: true });
      expect(prompt).toBe(chat.rendered_generation);
      expect(tokenizer.encode(prompt, { addSpecial: false })).toEqual(chat.rendered_generation_ids);
      expect(tokenizer.encode(chat.rendered, { addSpecial: false })).toEqual(chat.rendered_ids);
    }
    expect(tokenizer.eosId).toBe(2);
  });

  it('spans of tokens cover the text in order, also inside characters of several bytes', () => {
    for (const name of ['qwen2', 'llama-gqa-untied', 'gemma2']) {
      const tokenizer = loadTokenizer(join(modelFixtures, 'tiny', name));
      const text = 'naïve café — “quoted” 🦊 ½';
      const ids = tokenizer.encode(text);
      const spans = tokenSpans(tokenizer, text, ids);
      const covered = spans.filter(({ start, end }) => end > start);
      expect(covered[0]!.start).toBe(0);
      expect(covered.at(-1)!.end).toBe(text.length);
      for (const [i, { start }] of covered.entries()) expect(start).toBeLessThanOrEqual(i === 0 ? 0 : covered[i - 1]!.end);
    }
  });

  it('writes a folder that reads back the same', () => {
    const dir = mkdtempSync(join(tmpdir(), 'tokenizer-'));
    try {
      const tokenizer = loadTokenizer(join(modelFixtures, 'smollm2'));
      saveTokenizer(tokenizer, dir);
      const again = loadTokenizer(dir);
      expect(again.encode('Ships sail 22 miles 🦊')).toEqual(tokenizer.encode('Ships sail 22 miles 🦊'));
      expect(again.hasChatTemplate).toBe(true);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});

describe('Tokenizer', () => {
  const tokenizer = byteLevelToy();

  it('shows a token that ends inside a character by its bytes, and a whole one as text', () => {
    expect(tokenizer.piece(7)).toBe('\\xe2\\x98');
    expect(tokenizer.piece(8)).toBe(' a');
    expect(tokenizer.piece(0)).toBe('<s>');
    expect(tokenizer.piece(99)).toBe('[99]');
  });

  it('holds text back until its character is whole', () => {
    const stream = tokenizer.stream([1]);
    expect([7, 6, 8, 4, 1].map((id) => stream.push(id))).toEqual(['', '☃', ' a', '', '\uFFFDa']);
    stream.push(4);
    expect(stream.end()).toBe('\uFFFD');
  });

  it('reads special tokens written as objects', () => {
    expect(tokenizer.bosId).toBe(0);
    expect(tokenizer.eosId).toBeNull();
    expect([...tokenizer.specialIds]).toEqual([0]);
  });

  it('encodes and decodes nothing', () => {
    expect(tokenizer.encode('')).toEqual([]);
    expect(tokenizer.decode([])).toBe('');
  });

  it('says what to do without a chat template', () => {
    expect(() => tokenizer.applyChat([{ role: 'user', content: 'hi' }])).toThrow(/no chat template; give it plain text/);
  });

  it('gives the template’s own words when it refuses a conversation', () => {
    const chatty = new Tokenizer({ ...tokenizer.files, chatTemplate: "{{ raise_exception('roles must alternate') }}" });
    expect(() => chatty.applyChat([{ role: 'user', content: 'a' }])).toThrow(/roles: user\): roles must alternate/);
  });

  it('names the file that is no tokenizer', () => {
    expect(() => new Tokenizer({ tokenizer: { model: { type: 'BPE' } }, file: 'x/tokenizer.json' })).toThrow(/^x\/tokenizer.json: not a tokenizer/);
  });
});
