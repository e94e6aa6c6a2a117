import { Rng } from '@sextant/compute';
import { describe, expect, it } from 'vitest';
import { baseline } from '../condition';
import { benjaminiHochberg, clopperPearson } from '../statistics';
import { syntheticPlan, syntheticProse, syntheticRun } from '../testing/syntheticRuns';
import { recomputeClaim } from './claim';
import { pairedEffect } from './pairedEffect';

/**
 * Calibration by simulation, with the design of a study: items in clusters of unequal size that share part of their
 * error. A rate is held against its nominal value with the Monte Carlo error of the simulation.
 */
const ALPHA = 0.05;
/** Simulated studies a design; more of them give docs/studies.md its figures. */
const RUNS = Number(process.env['SEXTANT_SIMULATIONS'] ?? 1_500);

interface Design {
  clusters: number;
  /** Share of the variance that a cluster's items have in common. */
  shared: number;
  /** Exponential errors. Sign flips assume symmetry, so here the test may reject somewhat too often, and how far is bounded. */
  skewed?: boolean;
}

/** A third of α more: what strong skew in few clusters of unequal size may cost. */
const SKEW_ALLOWANCE = 1.33;

/** Differences with mean `effect` and unit variance. */
function simulate({ clusters, shared, skewed = false }: Design, effect: number, rng: Rng): { values: number[]; names: string[] } {
  const values: number[] = [];
  const names: string[] = [];
  const noise = () => (skewed ? -Math.log(1 - rng.uniform()) - 1 : rng.normal());
  for (let cluster = 0; cluster < clusters; cluster++) {
    const common = noise();
    const size = 1 + rng.int(6);
    for (let i = 0; i < size; i++) {
      values.push(effect + Math.sqrt(shared) * common + Math.sqrt(1 - shared) * noise());
      names.push(`c${cluster}`);
    }
  }
  return { values, names };
}

const designs: [string, Design][] = [
  ['88 clusters', { clusters: 88, shared: 0.4 }],
  ['40 clusters, skewed', { clusters: 40, shared: 0.3, skewed: true }],
  ['14 clusters', { clusters: 14, shared: 0.5 }],
];

describe('null simulation', () => {
  it.each(designs)('%s: the sign-flip test keeps its level and the interval its coverage', (name, design) => {
    const rng = new Rng(11).fork(name);
    let rejected = 0;
    let covered = 0;
    let excluded = 0;
    for (let i = 0; i < RUNS; i++) {
      const still = simulate(design, 0, rng);
      const flat = pairedEffect(still.values, still.names, { alpha: ALPHA, seed: i, label: name, draws: 399 });
      if (flat.p <= ALPHA) rejected++;
      if (flat.p <= ALPHA && flat.lo * flat.hi > 0) excluded++;
      const moved = simulate(design, 0.7, rng);
      const effect = pairedEffect(moved.values, moved.names, { alpha: ALPHA, seed: i, label: name, draws: 1 });
      if (effect.lo <= 0.7 && effect.hi >= 0.7) covered++;
    }
    const falsePositives = clopperPearson(rejected, RUNS, 0.99);
    const coverage = covered / RUNS;
    const percent = (count: number) => `${((100 * count) / RUNS).toFixed(1)} %`;
    console.info(`${name}: false positives ${percent(rejected)} (with the interval ${percent(excluded)}), coverage ${percent(covered)}`);
    expect(falsePositives.lo).toBeLessThan(design.skewed ? SKEW_ALLOWANCE * ALPHA : ALPHA);
    expect(coverage).toBeGreaterThan(0.93);
    expect(coverage).toBeLessThan(0.97);
  }, 600_000);

  it('Benjamini–Hochberg keeps the false discovery rate of a family of dependent tests', () => {
    const rng = new Rng(12);
    const families = 250;
    let falseShare = 0;
    let found = 0;
    for (let family = 0; family < families; family++) {
      const common = simulate({ clusters: 30, shared: 0.4 }, 0, rng);
      const tests = Array.from({ length: 12 }, (_, i) => {
        const effect = i < 4 ? 0.6 : 0;
        const values = common.values.map((value) => effect + 0.5 * value + 0.87 * rng.normal());
        return { real: i < 4, p: pairedEffect(values, common.names, { alpha: ALPHA, seed: family * 12 + i, label: 'bh', draws: 299 }).p };
      });
      const q = benjaminiHochberg(tests.map(({ p }) => p));
      const rejected = tests.filter((_, i) => q[i]! <= 0.1);
      found += rejected.filter(({ real }) => real).length;
      falseShare += rejected.length === 0 ? 0 : rejected.filter(({ real }) => !real).length / rejected.length;
    }
    const rate = falseShare / families;
    console.info(`BH at q = 0.1: false discovery rate ${(100 * rate).toFixed(1)} %, ${((100 * found) / (4 * families)).toFixed(0)} % of real effects found`);
    // Expected 0.1 · 8/12; the simulation's own error is about 0.01.
    expect(rate).toBeLessThan(0.1);
    expect(found / (4 * families)).toBeGreaterThan(0.5);
  });

  it('the whole decision confirms almost nothing when a feature does no more than its controls', () => {
    const rng = new Rng(13);
    const plan = syntheticPlan({ doses: [1, 2], minimumEffect: 0.2 });
    const studies = 60;
    let confirmed = 0;
    for (let study = 0; study < studies; study++) {
      const base = simulate({ clusters: 30, shared: 0.4 }, 0, rng);
      const run = (kind: 'feature' | 'random-direction', dose: number, seed: number | null) => {
        const shift = 0.25 * rng.normal();
        const margins = base.values.map((margin, i) => ({ cluster: base.names[i]!, margin: margin + shift + 0.5 * rng.normal() }));
        return syntheticRun({ kind, feature: 3, dose, seed }, margins, { figures: { normRatio: 0.1, kl: 0.1 } });
      };
      const runs = [
        syntheticRun(baseline, base.values.map((margin, i) => ({ cluster: base.names[i]!, margin }))),
        syntheticProse(baseline, -2),
        ...plan.doses.flatMap((dose) => [run('feature', dose, null), syntheticProse({ kind: 'feature', feature: 3, dose, seed: null }, -2)]),
        ...Array.from({ length: 19 }, (_, seed) => run('random-direction', 1, seed)),
      ];
      const screen = { feature: 3, dose: 1, estimate: 1, perplexityRatio: 1, controls: [], opposite: null };
      const selection = { feature: 3, dose: 1, predicted: rng.uniform() < 0.5 ? (-1 as const) : (1 as const), screen };
      const claim = recomputeClaim(runs, { ...plan, seed: study }, selection, { study: 's', label: null, createdAt: '' });
      if (claim.status === 'confirmed') confirmed++;
    }
    console.info(`exchangeable features confirmed: ${confirmed} of ${studies}`);
    expect(clopperPearson(confirmed, studies, 0.99).lo).toBeLessThan(ALPHA);
  });
});
