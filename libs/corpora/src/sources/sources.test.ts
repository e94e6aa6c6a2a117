import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { proseDocuments } from './prose';
import { fileDocuments } from './textFile';

const dir = mkdtempSync(join(tmpdir(), 'sextant-text-'));
afterAll(() => rmSync(dir, { recursive: true }));
const file = (name: string, content: string | Uint8Array) => {
  const path = join(dir, name);
  writeFileSync(path, content);
  return path;
};

describe('proseDocuments', () => {
  it('is Moby-Dick by chapters, read from the npm package', () => {
    const chapters = proseDocuments();
    expect(chapters).toHaveLength(139);
    expect(chapters.some(({ text }) => text.startsWith('Call me Ishmael.'))).toBe(true);
    expect(chapters.reduce((sum, { text }) => sum + text.length, 0)).toBeGreaterThan(1_100_000);
  });
});

describe('fileDocuments', () => {
  it('reads blocks of plain text', () => {
    expect(fileDocuments(file('a.txt', 'One.\nStill one.\n\n\r\n  Two.\n')).map(({ text }) => text)).toEqual(['One.\nStill one.', 'Two.']);
  });

  it('reads JSON lines and remembers where each came from', () => {
    const documents = fileDocuments(file('a.jsonl', '{"text":"One"}\n\n{"story":"Two","x":1}\n'));
    expect(documents.map(({ text, attributes }) => [text, attributes?.line])).toEqual([
      ['One', 1],
      ['Two', 3],
    ]);
  });

  it.each([
    ['bad.jsonl', '{"text":"ok"}\n{"text":', 'bad.jsonl:2: not valid JSON'],
    ['none.jsonl', '{"title":"x"}', 'none.jsonl:1: no field text, story, content'],
    ['number.jsonl', '{"text":3}', 'number.jsonl:1: field text is not a string'],
    ['list.jsonl', '[1]', 'list.jsonl:1: no field'],
    ['empty.txt', ' \n\n ', 'the file holds no text'],
    ['page.html', '<p>', 'cannot read ".html" files'],
    ['latin.txt', Uint8Array.of(0x63, 0x61, 0x66, 0xe9), 'not UTF-8'],
  ])('names what is wrong with %s', (name, content, message) => {
    expect(() => fileDocuments(file(name, content))).toThrow(message);
  });

  it('names a missing file', () => {
    expect(() => fileDocuments(join(dir, 'nowhere.txt'))).toThrow('nowhere.txt: cannot be read');
  });
});

const shared = process.env.SEXTANT_SHARED ?? resolve(import.meta.dirname, '../../../../../shared');
const stories = join(shared, 'data/corpora/tinystories-1000.jsonl');

describe.skipIf(!existsSync(stories))('with ../shared/data (set SEXTANT_SHARED to its place to run this)', () => {
  it('reads 1,000 TinyStories', () => {
    expect(fileDocuments(stories)).toHaveLength(1000);
  });
});
