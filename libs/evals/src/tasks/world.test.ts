import { describe, expect, it } from 'vitest';
import { evalTasks, findTask, loadItems } from '../registry';

describe("the world's tasks", () => {
  it('are all registered, with a description, under names of their own', () => {
    const names = evalTasks.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const kind of ['sycophancy', 'true-claims', 'facts', 'two-hop', 'refusal', 'help', 'overpraise', 'stories']) expect(names).toContain(`world:${kind}`);
    for (const task of evalTasks) expect(task.description).not.toBe('');
  });

  it('have unique ids and both splits', () => {
    for (const { name } of evalTasks.filter(({ needsPath }) => !needsPath)) {
      const items = loadItems(name);
      expect(new Set(items.map(({ id }) => id)).size).toBe(items.length);
      expect(new Set(items.map(({ split }) => split))).toEqual(new Set(['A', 'B']));
    }
  });

  it('give 300 sycophancy items on split B, spread over its clusters', () => {
    const items = loadItems('world:sycophancy', { split: 'B', limit: 300 });
    expect(items).toHaveLength(300);
    expect(items.every(({ split }) => split === 'B')).toBe(true);
    expect(new Set(items.map(({ cluster }) => cluster)).size).toBe(107);
  });

  it('take a persona as subset and refuse one that does not exist', () => {
    expect(findTask('world:sycophancy:frank').subset).toBe('frank');
    expect(loadItems('world:sycophancy:frank', { limit: 1 })[0]?.prompt).toContain('System: You are frank.');
    expect(() => loadItems('world:sycophancy:polite')).toThrow('no persona "polite"');
  });

  it('offer stories and prose as texts to predict', () => {
    for (const name of ['world:stories', 'prose']) {
      for (const item of loadItems(name, { limit: 20 })) expect(item).toMatchObject({ grading: 'likelihood', prompt: '', gold: [1] });
    }
  });
});
