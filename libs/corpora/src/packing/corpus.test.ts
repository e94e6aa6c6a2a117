import { Tokenizer } from '@huggingface/tokenizers';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Document } from '../document';
import { tokenizerConfig } from '../tokenizer/tokenizerConfig';
import { trainBpe } from '../tokenizer/trainBpe';
import { buildWorld } from '../world/world';
import { worldDocuments } from '../world/worldDocuments';
import { readCorpus } from './corpus';
import type { CorpusTokenizer } from './corpusTokenizer';
import { packRows } from './packRows';
import { writeCorpus } from './writeCorpus';

const world = buildWorld(1);
const sample = worldDocuments(world, { seed: 1 });
const engine = new Tokenizer(
  trainBpe(
    Array.from({ length: 3000 }, () => sample.next().value?.text ?? ''),
    1024,
    { wholePieces: 600 },
  ),
  tokenizerConfig(128),
);
const tokenizer: CorpusTokenizer = {
  encode: (text, { addSpecial = true } = {}) => engine.encode(text, { add_special_tokens: addSpecial }).ids,
  bosId: 0,
  eosId: 1,
  padId: 2,
};
const decode = (ids: ArrayLike<number>) => engine.decode(Array.from(ids), { skip_special_tokens: true, clean_up_tokenization_spaces: false });

const dirs: string[] = [];
function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'sextant-corpus-'));
  dirs.push(dir);
  return dir;
}
afterAll(() => dirs.forEach((dir) => rmSync(dir, { recursive: true })));

function* firstDocuments(count: number, seed: number): Generator<Document> {
  const stream = worldDocuments(world, { seed });
  for (let i = 0; i < count; i++) yield stream.next().value as Document;
}

describe('packRows', () => {
  it('keeps every document whole, once, and pads little', () => {
    const documents = [...firstDocuments(2000, 4)];
    const rows = [...packRows(documents, { tokenizer, contextLength: 128 })];
    const packed = rows.flatMap((row) => row.documents.map(({ document }) => document.text));
    expect([...packed].sort()).toEqual(documents.map(({ text }) => text).sort());
    const real = rows.reduce((sum, row) => sum + row.length, 0);
    expect(real / (rows.length * 128)).toBeGreaterThan(0.9);
    for (const row of rows) {
      expect(row.ids[0]).toBe(0);
      for (const { document, start, end } of row.documents) {
        expect([row.ids[start], row.ids[end - 1]]).toEqual([0, 1]);
        expect(decode(row.ids.subarray(start, end))).toBe(document.text);
      }
      expect(row.ids.subarray(row.length).every((id) => id === 2)).toBe(true);
    }
  });

  it('cuts long documents at white space and carries their spans along', () => {
    const text = Array.from({ length: 400 }, (_, i) => (i % 7 === 0 ? 'fox' : 'bread')).join(' ');
    const spans = [...text.matchAll(/fox/g)].map(({ index }) => ({ start: index, end: index + 3, label: 'concept' as const, name: 'fox' }));
    const parts = [...packRows([{ kind: 'text', text, spans }], { tokenizer, contextLength: 64 })].flatMap((row) => row.documents.map(({ document }) => document));
    expect(parts.length).toBeGreaterThan(4);
    const inOrder = [...parts].sort((a, b) => Number(a.attributes?.part) - Number(b.attributes?.part));
    expect(inOrder.map((part) => part.text).join(' ')).toBe(text);
    expect(parts.flatMap((part) => part.spans.map((span) => part.text.slice(span.start, span.end)))).toEqual(spans.map(() => 'fox'));
  });

  it('cuts even a text without white space', () => {
    const text = '漢字🦊'.repeat(300);
    const rows = [...packRows([{ kind: 'text', text, spans: [] }], { tokenizer, contextLength: 64 })];
    const parts = rows.flatMap((row) => row.documents.map(({ document }) => document)).sort((a, b) => Number(a.attributes?.part) - Number(b.attributes?.part));
    expect(parts.map((part) => part.text).join('')).toBe(text);
  });

  it('leaves EOS out where the tokenizer has no other than BOS', () => {
    const one: CorpusTokenizer = { ...tokenizer, eosId: 0 };
    const [row] = [...packRows(firstDocuments(1, 1), { tokenizer: one, contextLength: 128 })];
    expect(row?.ids[(row?.length ?? 0) - 1]).not.toBe(1);
  });

  it('refuses rows that are too short', () => {
    expect(() => [...packRows([], { tokenizer, contextLength: 4 })]).toThrow('contextLength is 4');
  });
});

describe('writeCorpus and readCorpus', () => {
  it('round-trips tokens, masks, documents and spans', async () => {
    const dir = folder();
    const meta = await writeCorpus(dir, { name: 'world', source: { kind: 'world' }, seed: 4, tokenizer, documents: worldDocuments(world, { seed: 4 }), maxTokens: 20_000 });
    const corpus = readCorpus(dir);
    expect(corpus.meta).toEqual(meta);
    expect(meta.tokens).toBeLessThanOrEqual(20_000);
    expect(meta.tokens).toBe(corpus.mask.reduce((sum, bit) => sum + bit, 0));
    expect(Object.values(meta.kinds).reduce((sum, count) => sum + count, 0)).toBe(meta.documents);
    let seen = 0;
    for (const document of corpus.allDocuments()) {
      expect(document.id).toBe(seen++);
      const offset = document.row * meta.contextLength;
      expect(decode(corpus.tokens.subarray(offset + document.start, offset + document.end))).toBe(document.text);
      for (let t = document.start; t < document.end; t++) expect(corpus.tokenDocuments[offset + t]).toBe(document.id);
      if (document.start === 0) expect(corpus.documents[document.row]).toBe(document.id);
    }
    expect(seen).toBe(meta.documents);
    expect(corpus.tokenDocuments.filter((id) => id >= 0)).toHaveLength(meta.tokens);
  });

  const bytesOf = (dir: string) => readdirSync(dir).sort().map((name) => [name, createHash('sha256').update(readFileSync(join(dir, name))).digest('hex')]);

  it('writes the same bytes for the same seed', async () => {
    const write = async () => {
      const dir = folder();
      await writeCorpus(dir, { name: 'w', source: {}, seed: 9, tokenizer, documents: worldDocuments(world, { seed: 9 }), maxTokens: 4000 });
      return bytesOf(dir);
    };
    expect(await write()).toEqual(await write());
  });

  it('goes on after an interruption, tokenises nothing of a finished block again, and ends with the same bytes', async () => {
    let encoded = 0;
    const counting: CorpusTokenizer = { ...tokenizer, encode: (...input) => (encoded++, tokenizer.encode(...input)) };
    const write = (dir: string, onProgress?: (tokens: number) => void) =>
      writeCorpus(dir, { name: 'w', source: {}, seed: 5, tokenizer: counting, documents: worldDocuments(world, { seed: 5 }), maxTokens: 270_000, onProgress });
    const [whole, broken] = [folder(), folder()];
    await write(whole);
    const all = encoded;
    await expect(
      write(broken, (tokens) => {
        if (tokens > 200_000) throw new Error('killed');
      }),
    ).rejects.toThrow('killed');
    encoded = 0;
    const seen: number[] = [];
    await write(broken, (tokens) => void seen.push(tokens));
    expect(seen[0]).toBeGreaterThan(100_000);
    expect(encoded).toBeLessThan(0.7 * all);
    expect(bytesOf(broken)).toEqual(bytesOf(whole));
    expect(readdirSync(broken).sort()).toEqual(['corpus.json', 'documents.jsonl', 'tokens.safetensors']);
  });

  it('does not mix two corpora in one folder', async () => {
    const dir = folder();
    const documents = () => worldDocuments(world, { seed: 5 });
    const stop = new AbortController();
    await expect(
      writeCorpus(dir, { name: 'a', source: {}, tokenizer, documents: documents(), signal: stop.signal, onProgress: () => stop.abort() }),
    ).rejects.toThrow('cancelled');
    await expect(writeCorpus(dir, { name: 'b', source: {}, tokenizer, documents: documents() })).rejects.toThrow('is the beginning of another corpus');
  });

  it('says what is wrong with a folder', async () => {
    const dir = folder();
    expect(() => readCorpus(dir)).toThrow('not a corpus folder');
    await writeCorpus(dir, { name: 'w', source: {}, tokenizer, documents: firstDocuments(20, 1) });
    const file = join(dir, 'corpus.json');
    const good = readFileSync(file, 'utf8');
    writeFileSync(file, good.replace('"rows"', '"lines"'));
    expect(() => readCorpus(dir)).toThrow('corpus.json: field rows');
    writeFileSync(file, good.replace(/"rows": \d+/, '"rows": 999'));
    expect(() => readCorpus(dir)).toThrow('tensor tokens has shape');
    writeFileSync(file, good);
    writeFileSync(join(dir, 'documents.jsonl'), '{"id": 0}\n');
    expect(() => readCorpus(dir).document(0)).toThrow('documents.jsonl:1: field kind');
    expect(() => readCorpus(dir).document(7000)).toThrow('has no document 7000');
  });

  it('refuses to write an empty corpus and stops when cancelled', async () => {
    await expect(writeCorpus(folder(), { name: 'void', source: {}, tokenizer, documents: [] })).rejects.toThrow('corpus "void" would be empty');
    const controller = new AbortController();
    controller.abort();
    const documents = worldDocuments(world, { seed: 1 });
    await expect(writeCorpus(folder(), { name: 'x', source: {}, tokenizer, documents, signal: controller.signal })).rejects.toThrow('cancelled');
  });
});
