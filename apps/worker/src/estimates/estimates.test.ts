import { cpSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { evalRunSpec, jobSpecs, studySpec } from '@sextant/schema';
import { openLab, type Lab } from '@sextant/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { corpusCreate } from './corpusCreate';
import { evalRun } from './evalRun';
import { modelImport } from './modelImport';
import { itemRuns } from './studyRun';

const demo = resolve(import.meta.dirname, '../../../../models/demo');
const dir = mkdtempSync(join(tmpdir(), 'sextant-estimates-'));
const { signal } = new AbortController();
let lab: Lab;
let model: string;

beforeAll(async () => {
  lab = openLab(dir);
  const staged = lab.artifacts.stage('model');
  cpSync(demo, staged.dir, { recursive: true });
  const provenance = { kind: 'test', config: {}, parents: [], seed: null, backend: null, codeVersion: 'test' };
  model = (await lab.artifacts.commit(staged, { provenance, name: 'demo' })).digest;
  lab.models.save({ digest: model, name: 'demo', family: 'llama', parameters: 1, config: {}, hookPoints: [], card: null });
});
afterAll(() => {
  lab.close();
  rmSync(dir, { recursive: true, force: true });
});

describe('estimates', () => {
  it('of an import: the bytes of the folder', async () => {
    const { bytes, seconds } = await modelImport(jobSpecs['model.import'].parse({ path: demo }), { lab, signal });
    expect(bytes).toBeGreaterThan(statSync(join(demo, 'model.safetensors')).size);
    expect(bytes).toBeLessThan(9_000_000);
    expect(seconds).toBeGreaterThan(0);
  });

  it('of a corpus: as many tokens as asked for, at the bytes and seconds of a sample', async () => {
    const spec = (tokens: number) => jobSpecs['corpus.create'].parse({ name: 'w', model, source: { kind: 'world', seed: 3, tokens } });
    const [one, ten] = [await corpusCreate(spec(100_000), { lab, signal }), await corpusCreate(spec(1_000_000), { lab, signal })];
    expect([one.amount, ten.amount]).toEqual([100_000, 1_000_000]);
    expect(ten.bytes! / one.bytes!).toBeCloseTo(10, 3);
    // Ids, mask and documents alone take 9 bytes a token.
    expect(one.bytes).toBeGreaterThan(900_000);
    expect(ten.seconds).toBeGreaterThan(0);
  });

  it('of prose: no more than there is', async () => {
    const source = { kind: 'prose', tokens: 1e9 } as const;
    const { amount } = await corpusCreate(jobSpecs['corpus.create'].parse({ name: 'p', model, source }), { lab, signal });
    // 1.2 million characters.
    expect(amount).toBeGreaterThan(200_000);
    expect(amount).toBeLessThan(1_200_000);
  });

  it('of an eval: its items, and nothing is stored', async () => {
    const { amount, bytes, seconds } = await evalRun(evalRunSpec.parse({ model, task: 'world:facts' }), { lab, signal });
    expect(amount).toBe(430);
    expect(bytes).toBeGreaterThan(430 * 100);
    expect(seconds).toBeGreaterThan(0);
    expect(lab.runs.list().total).toBe(0);
  });

  it('of a study: every condition with its items', () => {
    const plan = studySpec.parse({
      ...{ name: 's', hypothesis: 'h', model, dictionary: model, featureIndex: model },
      propose: { candidates: 3, screened: 2, screenControls: 1, ablationSample: 4 },
      doses: [-1, 1],
      controls: { randomDirections: 5, densityMatched: 6 },
      items: { screen: 10, confirm: 20, sideEffects: 7 },
    });
    // 5 × 10 · 3 × 2 × 10 + 2 × 2 × (10 + 4) + 4 · (1 + 2 + 11 + 2) × 20 + 3 × 4 · 2 tasks × 3 × 7
    expect(itemRuns(plan, { sideTasks: 2, prose: 8 })).toBe(50 + 60 + 56 + 4 + 320 + 12 + 42);
  });
});
