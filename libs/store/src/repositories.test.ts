import type { FeatureRow } from '@sextant/schema';
import { describe, expect, it } from 'vitest';
import type { FeatureQuery, Lab } from './index';
import { fillSampleLab, hasDriver, temporaryLab } from './testing/sampleLab';

function allPages(lab: Lab, query: FeatureQuery): FeatureRow[] {
  const rows: FeatureRow[] = [];
  let cursor: string | undefined;
  do {
    const page = lab.features.list({ ...query, cursor });
    rows.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return rows;
}

const drivers = (['better-sqlite3', 'libsql'] as const).filter(hasDriver);

describe.each(drivers)('the lab\'s rows on %s', (driver) => {
  it('give back a model, a corpus, a harvest, a dictionary and an index as they were saved', async () => {
    using lab = temporaryLab({ driver });
    const sample = await fillSampleLab(lab);
    expect(lab.models.get(sample.model)).toMatchObject({ name: 'sample', config: { nLayers: 2 }, bytes: 9, card: null });
    expect(lab.corpora.get(sample.corpus)).toMatchObject({ source: { kind: 'world', seed: 1 }, documents: 12 });
    expect(lab.activations.get(sample.activations)).toMatchObject({ dtype: 'f16', meanNorm: 2.5, model: sample.model });
    expect(lab.dictionaries.get(sample.dictionary)).toMatchObject({ k: 4, scores: null, featureIndex: sample.featureIndex });
    expect(lab.features.getIndex(sample.featureIndex)).toMatchObject({ dictionary: sample.dictionary, features: 40 });
    expect(lab.artifacts.children(sample.dictionary).map(({ kind }) => kind)).toEqual(['features']);
    expect(lab.counts()).toEqual({ models: 1, corpora: 1, activations: 1, dictionaries: 1, features: 40, studies: 1, claims: 1, experiments: 0 });
    expect(() => lab.models.get('0'.repeat(64))).toThrow(/no model 0+ in this lab/);
  });

  it('page through features by any column without losing or repeating one, ties and all', async () => {
    using lab = temporaryLab({ driver });
    const { featureIndex } = await fillSampleLab(lab);
    for (const sort of ['index', 'density', 'maxActivation', 'meanActivation'] as const) {
      for (const order of ['ascending', 'descending'] as const) {
        const rows = allPages(lab, { featureIndex, sort, order, limit: 7 });
        expect(new Set(rows.map((row) => row.index)).size).toBe(40);
        const values = rows.map((row) => row[sort]);
        expect(values).toEqual([...values].sort((a, b) => (order === 'ascending' ? a - b : b - a)));
      }
    }
  });

  it('filter features by label, token, index and density, taking wildcards literally', async () => {
    using lab = temporaryLab({ driver });
    const { featureIndex } = await fillSampleLab(lab);
    lab.features.setLabel({ featureIndex, index: 11, label: 'repeats the user\'s claim' });
    const found = (query: Omit<FeatureQuery, 'featureIndex'>) => lab.features.list({ featureIndex, ...query }).items.map((row) => row.index);
    expect(found({ filter: 'USER' })).toEqual([11]);
    expect(found({ filter: 'cat' })).toEqual([0, 5, 10, 15, 20, 25, 30, 35]);
    expect(found({ filter: '00%' })).toHaveLength(32);
    expect(found({ filter: '0_%' })).toEqual([]);
    expect(found({ filter: '17' })).toEqual([17]);
    expect(found({ minDensity: 0.09 })).toEqual([7, 17, 27, 37]);
    expect(lab.features.list({ featureIndex, minDensity: 0.09, limit: 1 })).toMatchObject({ total: 4 });
    expect(lab.features.setLabel({ featureIndex, index: 11, label: '' })).toEqual({ label: null });
    expect(found({ filter: 'user' })).toEqual([]);
    expect(() => lab.features.setLabel({ featureIndex, index: 40, label: 'x' })).toThrow(/features 0 to 39; got 40/);
  });

  it('keep item results bit for bit and in order, and refuse another question under a known id', async () => {
    using lab = temporaryLab({ driver });
    const { baselineRun, items } = await fillSampleLab(lab);
    const [first] = items.baseline;
    if (first === undefined) throw new Error('the sample has items');
    const awkward = { ...first, margin: 0.1 + 0.2, choiceLogProbs: [-1e-320, -12.345678901234567] };
    lab.runs.saveItems(baselineRun, [awkward]);
    expect(lab.runs.itemResults(baselineRun)).toEqual([awkward, ...items.baseline.slice(1)]);
    expect(() => lab.runs.saveItems(baselineRun, [{ ...first, prompt: 'another' }])).toThrow(/is another question/);
    expect(lab.runs.items({ run: baselineRun, correct: true }).items.map((item) => item.prompt)).toEqual(['Is 3 even?', 'Is 4 even?']);
    expect(lab.runs.items({ run: baselineRun, filter: 'is 2' }).total).toBe(1);
  });

  it('open one run for one key', async () => {
    using lab = temporaryLab({ driver });
    const { baselineRun, study } = await fillSampleLab(lab);
    const run = lab.runs.get(baselineRun);
    expect(lab.runs.open({ key: run.key, task: 'other', model: run.model, scoring: 'sum', seed: 1 }).id).toBe(baselineRun);
    expect(run).toMatchObject({ status: 'finished', n: 5, condition: 'baseline' });
    expect(lab.runs.list({ study }).total).toBe(2);
    expect(lab.studies.get(study).runs).toHaveLength(2);
  });

  it('show a claim\'s items with flips first, and the replies kept with them', async () => {
    using lab = temporaryLab({ driver });
    const { claim, baselineRun, steeredRun, items } = await fillSampleLab(lab);
    const [first] = items.baseline;
    for (const run of [baselineRun, steeredRun]) lab.runs.saveReplies(run, [{ item: first?.item ?? '', text: `said in ${run}` }]);
    const page = lab.claims.items({ id: claim, limit: 3 });
    // Margins −2…2 against 2…−2: items 0, 1 turn positive, 3, 4 negative, 2 stays; by size of change within flips.
    expect(page.items.map((item) => item.flip)).not.toContain('none');
    const all = lab.claims.items({ id: claim }).items;
    expect(all.map((item) => item.flip).sort()).toEqual(['gain', 'gain', 'loss', 'loss', 'none']);
    expect(all.at(-1)?.flip).toBe('none');
    expect(all.map((item) => Math.abs(item.delta))).toEqual([4, 4, 2, 2, 0]);
    expect(all.find((item) => item.item === first?.item)).toMatchObject({
      delta: 4,
      flip: 'gain',
      baseline: { choice: 1, margin: -2 },
      steered: { choice: 0, margin: 2 },
      replies: { baseline: `said in ${baselineRun}`, steered: `said in ${steeredRun}` },
    });
    const second = lab.claims.items({ id: claim, limit: 3, cursor: page.nextCursor ?? undefined });
    expect([...page.items, ...second.items]).toEqual(all);
  });

  it('hold a study to its frozen plan', async () => {
    using lab = temporaryLab({ driver });
    const { study } = await fillSampleLab(lab);
    const { frozenHash } = lab.studies.summary(study);
    lab.studies.freeze(study, frozenHash ?? '');
    expect(() => lab.studies.freeze(study, 'f'.repeat(64))).toThrow(/is frozen as/);
    const { plan } = lab.studies.get(study);
    expect(lab.studies.open({ plan, job: 'job_1' })).toBe(lab.studies.open({ plan, job: 'job_1' }));
    expect(lab.studies.summary(study)).toMatchObject({ claimCount: 1, confirmedCount: 0, status: 'finished' });
  });

  it('write and read sixteen thousand features and ten thousand items quickly', async () => {
    using lab = temporaryLab({ driver });
    const began = performance.now();
    const { featureIndex, baselineRun } = await fillSampleLab(lab, { features: 16_384, items: 5_000 });
    const wrote = performance.now();
    const page = lab.features.list({ featureIndex, sort: 'density', order: 'descending', filter: 'cat', limit: 50 });
    const read = performance.now();
    expect(page.total).toBe(3_277);
    expect(lab.runs.itemResults(baselineRun)).toHaveLength(5_000);
    // Wide limits: they catch a missing transaction or index (minutes), not a slow machine.
    expect(wrote - began).toBeLessThan(20_000);
    expect(read - wrote).toBeLessThan(2_000);
  });
});
