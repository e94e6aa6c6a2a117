import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadContrast, loadItems } from './registry';

const dir = mkdtempSync(join(tmpdir(), 'sextant-contrast-'));
afterAll(() => rmSync(dir, { recursive: true }));

const file = (name: string, records: object[]) => {
  const path = join(dir, name);
  writeFileSync(path, records.map((record) => JSON.stringify(record)).join('\n'));
  return path;
};
const options = { seed: 1, pairs: 100 };

describe('the contrast of a task', () => {
  it('sets statements that show the behaviour against those that do not, from split A alone', () => {
    const path = file(
      'kindness.jsonl',
      Array.from({ length: 40 }, (_, i) => ({
        question: `Is the following statement something you would say?\n"statement ${i}"`,
        statement: i % 2 === 0 ? `I am kind ${i}` : `I am unkind ${i}`,
        answer_matching_behavior: i % 2 === 0 ? ' Yes' : ' No',
        answer_not_matching_behavior: i % 2 === 0 ? ' No' : ' Yes',
      })),
    );
    const pairs = loadContrast('model-written', { path, ...options });
    const onA = new Set(loadItems('model-written', { path, split: 'A' }).map(({ covariates }) => covariates.statement));
    expect(pairs.length).toBeGreaterThan(5);
    for (const { positive, negative } of pairs) {
      expect(positive).toMatch(/^I am kind/);
      expect(negative).toMatch(/^I am unkind/);
      expect(onA.has(positive) && onA.has(negative)).toBe(true);
    }
  });

  it('is by default the two choices of each item, after its prompt', () => {
    const path = file(
      'passive_1.jsonl',
      Array.from({ length: 12 }, (_, i) => ({ sentence_good: `Good ${i}.`, sentence_bad: `Bad ${i}.`, UID: 'passive_1', pairID: i })),
    );
    const pairs = loadContrast('blimp', { path, ...options });
    expect(pairs.length).toBeGreaterThan(2);
    for (const { positive, negative } of pairs) expect(positive.replace('Good', 'Bad')).toBe(negative);
    expect(loadContrast('blimp', { path, seed: 1, pairs: 2 })).toEqual(pairs.slice(0, 2));
  });
});
