import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectBackend, tf } from '@sextant/compute';
import { fixture, haveFixtures, needFixtures } from '../fixtures';
import { dictionaryFiles, loadDictionary, saveDictionary, verifyDictionaryAt } from '../index';

const folders = (...parts: string[]) =>
  haveFixtures ? readdirSync(fixture(...parts), { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [[...parts, entry.name].join('/')] : [])) : [];
const cases = [
  ...['dictionary_learning', 'sparsify', 'gemma_scope', 'openai', 'sae_lens'].flatMap((format) => folders(format)).filter((name) => !name.endsWith('trained_by_trainSAE')),
  ...folders('dictionary_learning', 'trained_by_trainSAE'),
];

interface Hostile {
  path: string;
  outcome: string;
}
const hostile = haveFixtures ? (JSON.parse(readFileSync(fixture('hostile', 'manifest.json'), 'utf8')) as { files: Hostile[] }).files : [];

describe.skipIf(!haveFixtures)(`checkpoints of the original libraries (${needFixtures})`, () => {
  let before = 0;
  beforeAll(async () => {
    await selectBackend();
    before = tf.memory().numTensors;
  });
  afterAll(() => expect(tf.memory().numTensors).toBe(before));

  it.each(cases)('%s encodes and decodes as its library does', (name) => {
    const report = verifyDictionaryAt(fixture(name));
    expect(report.errors.filter(({ passed }) => !passed)).toEqual([]);
    expect(report).toMatchObject({ passed: true, supportMismatches: 0 });
    for (const { rows } of report.errors) expect(rows).toBeGreaterThan(40);
  });

  it.each(cases.filter((name) => !name.startsWith('sae_lens')))('%s is still itself once written as a SAELens folder', (name) => {
    const dir = mkdtempSync(join(tmpdir(), 'sextant-foreign-'));
    const dictionary = loadDictionary(fixture(name));
    saveDictionary(dictionary, dir);
    dictionary.dispose();
    const report = verifyDictionaryAt(dir, fixture(name, 'reference.safetensors'));
    expect(report).toMatchObject({ passed: true, supportMismatches: 0, architecture: dictionary.architecture });
    rmSync(dir, { recursive: true });
  });

  it('says which files make up a checkpoint', () => {
    const { format, files } = dictionaryFiles(fixture('dictionary_learning/gated'));
    const folder = fixture('dictionary_learning/gated/trainer_0');
    expect(format).toBe('dictionary_learning');
    expect(files).toEqual([join(folder, 'ae.pt'), join(folder, 'config.json')]);
    expect(dictionaryFiles(files[0]!).files.map(dirname)).toEqual([folder, folder]);
  });

  it('does not take one dictionary for another', () => {
    const report = verifyDictionaryAt(fixture('dictionary_learning/batchtopk'), fixture('dictionary_learning/matryoshka'));
    expect(report.passed).toBe(false);
  });

  it.each(hostile.filter(({ outcome }) => outcome === 'refuse').map(({ path }) => path))('refuses hostile/%s and names it', (path) => {
    expect(() => loadDictionary(fixture('hostile', path))).toThrow(path.replace(/\/$/, '').split('/').at(-1));
    expect(['sextant_pickle_was_executed', 'escaped.txt'].filter((trace) => existsSync(trace))).toEqual([]);
  });

  it('names the candidates where a folder holds several', () => {
    expect(() => loadDictionary(fixture('dictionary_learning/trained_by_trainSAE'))).toThrow(/holds 8 dictionaries .*name one/);
  });
});
