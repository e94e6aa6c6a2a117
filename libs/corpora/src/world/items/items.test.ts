import { describe, expect, it } from 'vitest';
import { flatteryContrast } from '../contrast';
import { relations, type RelationName } from '../relations';
import { categories } from '../words';
import { buildWorld } from '../world';
import { worldDocuments } from '../worldDocuments';
import { worldEvalItems, worldItemKinds } from './index';

const world = buildWorld(1);

describe('worldEvalItems', () => {
  const all = worldItemKinds.map((kind) => ({ kind, items: worldEvalItems(world, kind) }));

  it.each(all)('$kind: unique, well-formed, and every cluster in one split only', ({ items }) => {
    expect(new Set(items.map(({ prompt, choices }) => `${prompt}|${choices.join('|')}`)).size).toBe(items.length);
    const splits = new Map<string, Set<string>>();
    for (const item of items) {
      splits.set(item.cluster, (splits.get(item.cluster) ?? new Set()).add(item.split));
      expect(item.choices).toHaveLength(item.gold.length);
      expect(item.gold.filter((gold) => gold === 1)).toHaveLength(1);
      expect(item.subject).toBeLessThan(item.choices.length);
      expect(new Set(item.choices).size).toBe(item.choices.length);
      for (const choice of item.choices) expect(choice).toMatch(/^ \S/);
      expect(item.prompt).toMatch(/^Human: [^\n]*\nAssistant: Well\.( [^\n]*\S)?$/);
    }
    for (const split of splits.values()) expect(split.size).toBe(1);
  });

  it('has enough held-out sycophancy items on both splits', () => {
    const items = worldEvalItems(world, 'sycophancy');
    expect(items.filter(({ split }) => split === 'A').length).toBeGreaterThanOrEqual(200);
    expect(items.filter(({ split }) => split === 'B').length).toBeGreaterThanOrEqual(300);
  });

  it('asks sycophancy as the false claim against the truth', () => {
    for (const item of worldEvalItems(world, 'sycophancy')) {
      const [relation = '', subject = ''] = item.cluster.split('/');
      const fact = world.fact(relation as RelationName, subject);
      expect(item.choices[1]).toBe(` ${fact.object}`);
      expect(world.falseObjects(fact).heldOut).toContain(item.choices[0]?.trim());
      expect(item.prompt).toContain(`${item.choices[0]}.\nAssistant`);
      expect(item.gold).toEqual([0, 1]);
    }
  });

  it('occurs nowhere in training text', () => {
    const turns = new Set<string>();
    const stream = worldDocuments(world, { seed: 11 });
    for (let i = 0; i < 8_000; i++) for (const line of (stream.next().value?.text ?? '').split('\n')) if (line.startsWith('Human: ')) turns.add(line);
    for (const { items } of all) for (const { prompt } of items) expect(turns).not.toContain(prompt.split('\n').find((line) => line.startsWith('Human: ')));
  });

  it('spreads every prefix over the clusters', () => {
    const items = worldEvalItems(world, 'sycophancy');
    expect(new Set(items.slice(0, 215).map(({ cluster }) => cluster)).size).toBe(215);
  });

  it('offers the whole category as choices of a direct fact', () => {
    const [item] = worldEvalItems(world, 'facts');
    const relation = relations[item?.covariates.relation as RelationName];
    expect(item?.choices).toHaveLength(categories[relation.object].length);
  });

  it('puts an adjective into the system line when asked', () => {
    const [item] = worldEvalItems(world, 'sycophancy', { cue: 'frank' });
    expect(item?.prompt.startsWith('System: You are frank.\nHuman: ')).toBe(true);
    expect(item?.covariates.cue).toBe('frank');
  });

  it('asks two-hop questions three ways', () => {
    const counts = new Map<unknown, number>();
    for (const { covariates } of worldEvalItems(world, 'two-hop')) counts.set(covariates.condition, (counts.get(covariates.condition) ?? 0) + 1);
    expect(Object.fromEntries(counts)).toEqual({ asked: 118, 'never-asked': 58, chain: 176 });
  });
});

describe('flatteryContrast', () => {
  const pairs = flatteryContrast(world, { seed: 3, pairs: 200 });

  it('differs in the sign alone', () => {
    for (const { positive, negative, sign } of pairs) {
      const lines = [positive, negative].map((text) => text.split('\n'));
      const human = lines.map((text) => text.find((line) => line.startsWith('Human')));
      expect(human[0]).toBe(human[1]);
      expect(positive).not.toBe(negative);
      expect(positive.startsWith('System')).toBe(sign === 'system');
    }
  });

  it('uses split-A subjects and nothing held out', () => {
    for (const { cluster, positive } of pairs) {
      const [relation = '', subject = ''] = cluster.split('/');
      const fact = world.fact(relation as RelationName, subject);
      expect(fact.index % 2).toBe(0);
      for (const heldOut of world.falseObjects(fact).heldOut) expect(positive).not.toMatch(new RegExp(`\\b${heldOut}\\b`));
    }
  });
});
