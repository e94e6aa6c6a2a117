import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SextantError } from '@sextant/schema';
import { describe, expect, it } from 'vitest';
import { openZip } from '../zipFile';
import { allocatedBy, fuzz, mutate, storedZip, type FuzzTarget } from './index';

const textIn = (dir: string) => readFileSync(join(dir, 'a.txt'), 'latin1');

/** A loader of files that hold `ok` and a number, which a flaw can be built into. */
function target(changes: Partial<FuzzTarget<string>> = {}): FuzzTarget<string> {
  return {
    name: 'numbers',
    files: { 'a.txt': Buffer.from('ok 17') },
    mutants: { 'a.txt': {} },
    memory: { factor: 8, constant: 0 },
    load(dir) {
      const text = textIn(dir);
      if (/^ok \d+$/.test(text)) return text;
      throw new SextantError('INVALID_FILE', `${dir}: ${JSON.stringify(text)} is no number`, { file: dir });
    },
    check: (loaded, files) => expect(loaded).toBe(Buffer.from(files['a.txt']!).toString('latin1')),
    ...changes,
  };
}

describe('fuzzing a loader', () => {
  it('counts what is refused and what is loaded, and repeats with its seed', async () => {
    const counts = await fuzz(target(), { runs: 300 });
    expect(counts).toMatchObject({ mutated: 300, loader: 'numbers' });
    expect(counts.refused + counts.loaded).toBe(300);
    expect(counts.loaded).toBeGreaterThan(0);
    expect(counts.refused).toBeGreaterThan(100);
    expect(await fuzz(target(), { runs: 300 })).toMatchObject({ refused: counts.refused, loaded: counts.loaded });
    expect((await fuzz(target(), { runs: 300, seed: 2 })).refused).not.toBe(counts.refused);
  });

  it.each<[string, Partial<FuzzTarget<string>>, RegExp]>([
    ['a crash', { load: (dir) => readFileSync(join(dir, 'a.txt'), 'utf8').match(/ok \d+$/)![0] }, /TypeError.*null/s],
    ['a silent load', { load: () => 'ok 17' }, /expected/],
    ['an error without a file', { load: (dir) => { if (textIn(dir) !== 'ok 17') throw new SextantError('INVALID_FILE', 'bad'); return 'ok 17'; } }, /without naming/],
    ['memory that a number in the file decides', { load: (dir) => new Uint8Array(Number(/\d+/.exec(textIn(dir))?.[0] ?? 0) % 2 ** 20).join(), check: () => {} }, /bytes of arrays/],
  ])('finds %s', async (_, changes, message) => {
    const found: unknown = await fuzz(target(changes), { runs: 300 }).then(() => 'nothing', (error) => error);
    expect(String(found)).toMatch(message);
  });

  it('counts arrays by length and not views', async () => {
    const buffer = new ArrayBuffer(64);
    const { bytes, failure } = await allocatedBy(() => {
      new Float32Array(4);
      Float32Array.from([1, 2, 3]);
      new Uint8Array(buffer, 8, 8);
      throw new Error('late');
    });
    expect(bytes).toBe(16 + 12);
    expect(String(failure)).toContain('late');
    expect(new Uint8Array(2)).toBeInstanceOf(Uint8Array);
  });
});

describe('mutations', () => {
  it('leave their input alone and mean what they say', () => {
    const original = Buffer.from('{"shape": [3, 4]}');
    expect(mutate(original, [{ kind: 'number', at: 0.9, text: '-1' }]).toString()).toBe('{"shape": [3, -1]}');
    expect(mutate(original, [{ kind: 'word', at: 0, other: 0, text: 'dtype' }]).toString()).toBe('{"dtype": [3, 4]}');
    expect(mutate(original, [{ kind: 'cut', at: 0.5 }]).length).toBe(8);
    expect(mutate(original, [{ kind: 'integer', at: 0, width: 4, value: 0x64636261n }]).toString().slice(0, 5)).toBe('abcda');
    expect(original.toString()).toBe('{"shape": [3, 4]}');
  });

  it('reach into archives, whose checksums stay right', () => {
    const dir = mkdtempSync(join(tmpdir(), 'sextant-zip-'));
    try {
      const path = join(dir, 'a.zip');
      writeFileSync(path, storedZip({ 'x/data.pkl': Buffer.from('one'), 'x/data/0': Buffer.from('two') }));
      const zip = openZip(path);
      expect([zip.names(), Buffer.from(zip.read('x/data/0')).toString()]).toEqual([['x/data.pkl', 'x/data/0'], 'two']);
      zip.close();
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});
