import { selectBackend, tf } from '@sextant/compute';
import type { JobSpecInput } from '@sextant/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recomputeClaim } from './inference/claim';
import { recomputeEffects } from './inference/effects';
import { frozenHash } from './plan';
import { runStudy } from './runStudy';
import { chooseCell, screenCells } from './screen';
import type { StudyDeps, StudyOptions, StudyResult } from './studyDeps';
import type { StudyRun } from './studyRun';
import { neighbours, planted, plantedDigest, plantedStudy } from './testing/plantedModel';

const plan: JobSpecInput<'study.run'> = {
  name: 'planted',
  model: 'a'.repeat(64),
  dictionary: plantedDigest,
  featureIndex: 'b'.repeat(64),
  task: 'toy:planted',
  hypothesis: 'the planted direction decides between copy and truth',
  doses: [-1, -0.5, 0.5, 1],
  // The toy's prose competes with its 48 answer words for probability, so the bound is looser than a real study's.
  propose: { candidates: 8, screened: 3, maxPerplexityRatio: 1.5, ablationSample: 8 },
  controls: { randomDirections: 12, densityMatched: 12 },
  items: { screen: 40, confirm: 60, sideEffects: 12 },
  seed: 3,
};

let toy: ReturnType<typeof plantedStudy>;
let result: StudyResult;
const trail: string[] = [];

const run = (overrides: Partial<JobSpecInput<'study.run'>> = {}, deps: Partial<StudyDeps> = {}, options: StudyOptions = {}) =>
  runStudy({ ...plan, ...overrides }, { ...toy.deps, ...deps }, options);

beforeAll(async () => {
  await selectBackend();
  toy = plantedStudy(2);
  result = await run(
    {},
    {
      onFreeze: (hash) => void trail.push(`frozen ${hash}`),
      onCandidates: () => void trail.push('candidates'),
      onSelected: () => void trail.push('selected'),
      onRun: ({ key }) => void trail.push(key),
    },
  );
});
afterAll(() => toy.model.dispose());

describe('a study of a model with a planted feature', () => {
  it('finds and confirms the planted feature, beyond every control', () => {
    const [claim] = result.claims;
    expect(claim).toMatchObject({ status: 'confirmed', feature: { index: planted }, n: 60, clusters: 12, familySize: 4, task: 'toy:planted' });
    expect(claim!.lo * claim!.hi).toBeGreaterThan(0);
    const controls = Object.fromEntries(claim!.controls.map((one) => [one.kind, one]));
    expect(controls).toMatchObject({ 'random-direction': { count: 12 }, 'density-matched': { count: 12 }, 'sign-reversed': { count: 1 }, reconstruction: { count: 1 } });
    const sign = Math.sign(claim!.estimate);
    for (const { lo, hi } of claim!.controls) expect(sign * claim!.estimate).toBeGreaterThan(Math.max(sign * lo, sign * hi));
    expect(claim!.specificity.lo * sign).toBeGreaterThan(0);
    expect(claim!.rateSteered.estimate).not.toBe(claim!.rateBaseline.estimate);
    expect(claim!.sideEffects).toMatchObject([{ task: 'toy:other', n: 12 }]);
  });

  it('does not confirm its neighbours, which fire on the same tokens but decide nothing', async () => {
    for (const neighbour of neighbours) {
      const separation = result.candidates.find(({ feature }) => feature === neighbour);
      if (separation) expect(Math.abs(separation.dPrime!)).toBeGreaterThan(2);
      const alone: StudyDeps['statistics'] = { ...toy.deps.statistics, maxActivation: (feature) => (feature === neighbour ? toy.deps.statistics.maxActivation(feature) : 0) };
      const { claims, conclusion, candidates } = await run({ propose: { ...plan.propose, minScreenEffect: 0 } }, { statistics: alone });
      expect(candidates.map(({ feature }) => feature)).toEqual([neighbour]);
      expect(claims[0]?.status, conclusion).not.toBe('confirmed');
    }
  });

  it('freezes the plan before it measures, and chooses before it touches split B', () => {
    const firstB = trail.findIndex((entry) => entry.startsWith('B/'));
    expect(trail[0]).toBe(`frozen ${result.frozenHash}`);
    expect(result.frozenHash).toBe(frozenHash(result.frozen));
    expect(trail.indexOf('selected')).toBeLessThan(firstB);
    expect(trail.slice(0, trail.indexOf('selected')).filter((entry) => entry.startsWith('B/'))).toEqual([]);
    expect(trail.slice(firstB).filter((entry) => entry.startsWith('A/'))).toEqual([]);
    const clusters = (split: 'A' | 'B') => new Set(result.runs.filter((one) => one.split === split && one.task !== 'prose').flatMap((one) => one.results.map(({ cluster }) => cluster)));
    expect([...clusters('A')].filter((cluster) => clusters('B').has(cluster))).toEqual([]);
  });

  it('matches every drawn control to the clamp: the same disturbance on every token', () => {
    const chosen = result.runs.find(({ key }) => key === `B/toy:planted/feature ${planted} × ${result.selection!.dose}`)!;
    const drawn = result.runs.filter(({ split, condition }) => split === 'B' && (condition.kind === 'random-direction' || condition.kind === 'density-matched'));
    expect(drawn).toHaveLength(24);
    for (const { figures } of drawn) expect(figures['normRatio']).toBeCloseTo(chosen.figures['normRatio']!, 4);
  });

  it('checks its attribution against exact ablation', () => {
    expect(result.proposalCheck).toMatchObject({ features: 8 });
    expect(result.proposalCheck.spearman).toBeGreaterThan(0.9);
    expect(result.proposalCheck.signAgreement).toBeGreaterThan(0.8);
  });

  it('reads every effect and the claim again from its stored runs, to the last bit', () => {
    const stored: StudyRun[] = JSON.parse(JSON.stringify([...result.runs].reverse()));
    const { plan: full } = result.frozen;
    expect(recomputeEffects(stored, full)).toEqual(result.effects);
    const selection = chooseCell(screenCells(stored, full), full)!;
    expect(selection).toEqual(result.selection);
    const [claim] = result.claims;
    expect(recomputeClaim(stored, full, selection, { study: 'planted', label: null, createdAt: claim!.createdAt })).toEqual(claim);
  });

  it('notices an altered item', () => {
    const stored: StudyRun[] = JSON.parse(JSON.stringify(result.runs));
    const chosen = stored.find(({ key }) => key.startsWith(`B/toy:planted/feature ${planted}`))!;
    chosen.results[0]!.margin += 0.01;
    expect(recomputeEffects(stored, result.frozen.plan)).not.toEqual(result.effects);
  });

  it('measures nothing twice when it resumes, and ends the same', async () => {
    const half = result.runs.slice(0, Math.floor(result.runs.length / 2));
    const measured: string[] = [];
    const resumed = await run({}, { onRun: ({ key }) => void measured.push(key) }, { resume: half });
    expect(measured.filter((key) => half.some((one) => one.key === key))).toEqual([]);
    expect(measured).toHaveLength(result.runs.length - half.length);
    expect(resumed.claims).toEqual(result.claims);
    expect(resumed.effects).toEqual(result.effects);
    const foreign = half.map((one) => ({ ...one, interventionHash: one.interventionHash && 'f'.repeat(64) }));
    await expect(run({}, {}, { resume: foreign })).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('reports progress, can be cancelled, and leaks nothing', async () => {
    const before = tf.memory().numTensors;
    const controller = new AbortController();
    const stages = new Set<string>();
    const onProgress: StudyOptions['onProgress'] = ({ stage, done, total }) => {
      stages.add(stage);
      expect(done).toBeLessThanOrEqual(total);
      if (stage === 'screen' && done === 5) controller.abort();
    };
    await expect(run({}, {}, { signal: controller.signal, onProgress })).rejects.toMatchObject({ code: 'CANCELLED' });
    expect([...stages]).toEqual(['propose', 'screen']);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('a sabotaged study confirms nothing', () => {
  it.each(['shuffled-labels', 'random-direction'] as const)('%s, over several seeds', async (sabotage) => {
    // The bar of the screen is taken away, so that the sabotage reaches split B and has to fail there.
    const propose = { ...plan.propose, minScreenEffect: 0.02, screenControls: 0, ablationSample: 0 };
    let reachedB = 0;
    for (let seed = 0; seed < 5; seed++) {
      const { claims } = await run({ sabotage, seed, propose, doses: [-1, 1] });
      expect(claims.map(({ status }) => status)).not.toContain('confirmed');
      reachedB += claims.length;
      for (const { reasons } of claims) expect(reasons.at(-1)).toContain('sabotage');
    }
    expect(reachedB).toBeGreaterThan(0);
  });
});

describe('a study refuses', () => {
  it.each<[string, Partial<JobSpecInput<'study.run'>>, (deps: StudyDeps) => Partial<StudyDeps>, string]>([
    ['a dose of 0', { doses: [0, 1] }, () => ({}), 'doses other than 0'],
    ['a dose twice', { doses: [1, 1] }, () => ({}), 'twice'],
    ['too little prose', {}, () => ({ prose: [] }), 'at least 4 texts'],
    ['one split only', {}, ({ items }) => ({ items: items.filter(({ split }) => split === 'A') }), '0 clusters of items on split B'],
    ['clusters on both splits', {}, ({ items }) => ({ items: items.map((item) => ({ ...item, cluster: `c${item.id.at(-1)}` })) }), 'held out'],
    ['a dictionary without a hook', {}, ({ dictionary }) => ({ dictionary: { ...dictionary, hook: null } }), 'at which hook'],
  ])('%s', async (_, overrides, deps, message) => {
    await expect(run(overrides, deps(toy.deps))).rejects.toThrow(message);
  });

  it('to claim anything where no feature separates the contrast set', async () => {
    const { claims, selection, conclusion } = await run({ propose: { ...plan.propose, minDPrime: 99 } });
    expect(claims).toEqual([]);
    expect(selection).toBeNull();
    expect(conclusion).toContain('no feature separates');
  });
});
