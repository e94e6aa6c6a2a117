import { describe, expect, it } from 'vitest';
import { baseline } from '../condition';
import { clusterMean, clusterSignFlip, mcNemar, wilson } from '../statistics';
import { syntheticPlan, syntheticProse, syntheticRun } from '../testing/syntheticRuns';
import { clusterProportion } from './clusterProportion';
import { recomputeEffects } from './effects';
import { pairedEffect } from './pairedEffect';
import { pairMargins } from './pairs';
import { perplexityRatio } from './perplexityRatio';
import { specificity } from './specificity';

const clusters = ['a', 'a', 'b', 'b', 'c', 'd', 'e', 'e', 'f', 'g'];
const before = [0.5, -0.2, 1.1, 0.3, -1.4, 0.9, 0.1, 2.0, -0.6, 0.4];
const shift = [-1.0, -0.7, -1.3, 0.2, -0.9, -1.6, -0.4, -1.1, -0.8, -1.2];
const after = before.map((value, i) => value + shift[i]!);
const itemsOf = (margins: number[]) => margins.map((margin, i) => ({ cluster: clusters[i]!, margin }));
const feature = (dose: number) => ({ kind: 'feature' as const, feature: 3, dose, seed: null });

describe('pairedEffect', () => {
  it('is the cluster-robust t interval and the exact cluster sign-flip p', () => {
    const effect = pairedEffect(shift, clusters, { alpha: 0.1, seed: 1, label: 'x' });
    const fit = clusterMean(shift, clusters, { level: 0.9 });
    if (!fit.defined) throw new Error(fit.reason);
    expect(effect).toMatchObject({ n: 10, clusters: 7, estimate: fit.estimate, se: fit.se, lo: fit.lo, hi: fit.hi, undefinedReason: null });
    expect(effect.p).toBe(clusterSignFlip(shift, clusters).p);
    expect(effect.method).toContain('all 128 patterns');
  });

  it('has no interval where nothing varies, and a permutation p all the same', () => {
    const still = pairedEffect([0, 0, 0], ['a', 'b', 'c'], { alpha: 0.05, seed: 1, label: 'x' });
    expect(still).toMatchObject({ estimate: 0, se: 0, lo: 0, hi: 0, p: 1 });
    expect(still.undefinedReason).toContain('every value is the same');
    const one = pairedEffect([1, 2], ['a', 'a'], { alpha: 0.05, seed: 1, label: 'x' });
    expect(one.undefinedReason).toContain('at least two clusters');
    expect(one.p).toBe(1);
  });

  it('draws the same random patterns for the same seed and label', () => {
    const many = Array.from({ length: 40 }, (_, i) => Math.sin(i) + 0.3);
    const names = many.map((_, i) => `c${i}`);
    const p = (seed: number, label: string) => pairedEffect(many, names, { alpha: 0.05, seed, label }).p;
    expect(p(1, 'x')).toBe(p(1, 'x'));
    expect(p(1, 'x')).not.toBe(p(1, 'y'));
    expect(Math.abs(p(1, 'x') - p(2, 'x'))).toBeLessThan(0.02);
  });
});

describe('pairMargins', () => {
  const [from, to] = [syntheticRun(baseline, itemsOf(before)).results, syntheticRun(feature(1), itemsOf(after)).results];

  it('pairs by item whatever the order, and turns margins around where told', () => {
    const straight = pairMargins(from, to);
    expect(pairMargins([...from].reverse(), [...to].reverse())).toEqual(straight);
    const turned = pairMargins(from, to, (item) => (item === 'item-0' ? -1 : 1));
    expect(turned[0]!.difference).toBe(-straight[0]!.difference);
    expect(turned[1]).toEqual(straight[1]);
  });

  it('refuses runs of different items', () => {
    expect(() => pairMargins(from.slice(1), to)).toThrow('9 items');
    expect(() => pairMargins(from, to.map((result, i) => (i === 4 ? { ...result, item: 'stranger' } : result)))).toThrow('stranger');
    expect(() => pairMargins([...from.slice(1), from[1]!], to)).toThrow('cannot be paired');
  });
});

describe('recomputeEffects', () => {
  const plan = syntheticPlan({ doses: [1, 2] });
  const random = { kind: 'random-direction' as const, feature: 3, dose: 1, seed: 5 };
  const runs = [
    syntheticRun(baseline, itemsOf(before)),
    syntheticRun(feature(1), itemsOf(after), { figures: { normRatio: 0.3, kl: 0.1 } }),
    syntheticRun(feature(2), itemsOf(before.map((value, i) => value - shift[i]! / 4))),
    syntheticRun(random, itemsOf(before.map((value, i) => value + 0.01 * (i % 3)))),
    syntheticRun(baseline, itemsOf(before), { task: 'toy:side' }),
    syntheticRun(feature(1), itemsOf(before.map((value, i) => value + 0.2 * Math.cos(i))), { task: 'toy:side' }),
    syntheticProse(baseline, -2),
    syntheticProse(feature(1), -2.05),
    syntheticRun(baseline, itemsOf(before), { split: 'A' }),
    syntheticRun(feature(1), itemsOf(after), { split: 'A' }),
  ];
  const effects = recomputeEffects(runs, plan);
  const find = (label: string, metric = 'margin', task = 'toy:task') => effects.find((effect) => effect.condition === label && effect.metric === metric && effect.task === task)!;

  it('gives margins with their inference, rates and figures, from split B alone', () => {
    const effect = find('feature 3 × 1');
    expect(effects.every(({ run }) => run.startsWith('B/'))).toBe(true);
    expect(effect.estimate).toBeCloseTo(shift.reduce((a, b) => a + b, 0) / 10, 12);
    expect(effect).toMatchObject({ kind: 'feature', feature: 3, dose: 1, n: 10, clusters: 7, normRatio: 0.3, kl: 0.1, rateBaseline: 0.7, rateSteered: 0.2 });
    expect(effect.perplexityRatio).toBeCloseTo(Math.exp(0.05), 12);
    expect(find('feature 3 × 2').perplexityRatio).toBeNull();
    expect([effect.run, effect.baselineRun]).toEqual(['B/toy:task/feature 3 × 1', 'B/toy:task/baseline']);
  });

  it('corrects the studied doses as one family, side effects as another, controls not at all', () => {
    const [one, two] = [find('feature 3 × 1'), find('feature 3 × 2')];
    const [small, large] = one.p < two.p ? [one, two] : [two, one];
    expect(small.q).toBeCloseTo(Math.min(2 * small.p, large.p), 12);
    expect(large.q).toBe(large.p);
    const side = find('feature 3 × 1', 'margin', 'toy:side');
    expect(side.q).toBe(side.p);
    expect(find('random-direction 3 #5 × 1').q).toBeNull();
  });

  it('tests the choice with McNemar and gives its rate difference an interval', () => {
    const choice = find('feature 3 × 1', 'choice');
    const losses = before.filter((value, i) => value > 0 && after[i]! <= 0).length;
    const test = mcNemar(0, losses);
    expect(choice.estimate).toBeCloseTo(-losses / 10, 12);
    expect(test.defined && choice.p).toBe(test.defined && test.exact);
    expect(choice.method).toContain(`0 items gained the choice, ${losses} lost it`);
    expect(choice.hi).toBeLessThan(1);
  });

  it('is the same to the last bit in another order and after a trip through JSON', () => {
    const shuffled = [...runs].reverse().map((run) => ({ ...run, results: [...run.results].reverse() }));
    expect(recomputeEffects(JSON.parse(JSON.stringify(shuffled)), plan)).toEqual(effects);
  });

  it('refuses a run without its baseline', () => {
    expect(() => recomputeEffects(runs.slice(1, 2), plan)).toThrow('has no baseline');
  });

  it('under shuffled labels turns each item of the studied task by a coin of its own, and no other task', () => {
    const sabotaged = recomputeEffects(runs, { ...plan, sabotage: 'shuffled-labels' });
    const of = (task: string) => [effects, sabotaged].map((all) => all.find((effect) => effect.task === task && effect.metric === 'margin' && effect.dose === 1)!.estimate);
    const [plain, turned] = of('toy:task');
    expect(Math.abs(turned!)).toBeLessThan(Math.abs(plain!));
    const [side, sideTurned] = of('toy:side');
    expect(sideTurned).toBe(side);
  });
});

describe('perplexityRatio', () => {
  it('weighs sequences by their tokens', () => {
    const make = (values: [number, number][]) =>
      values.map(([logProb, tokens], i) => ({ ...syntheticProse(baseline, logProb / tokens, { tokens }).results[0]!, item: `s${i}` }));
    const [plain, steered] = [make([[-20, 10], [-30, 30]]), make([[-24, 10], [-33, 30]])];
    expect(perplexityRatio(plain, steered)).toBeCloseTo(Math.exp(7 / 40), 12);
    expect(() => perplexityRatio(plain, steered.slice(1))).toThrow('different sequences');
  });
});

describe('clusterProportion', () => {
  it('is Wilson on the effective number of items', () => {
    const flags = [true, true, false, false, true, false, true, true, false, false];
    const fit = clusterMean(flags.map(Number), clusters);
    if (!fit.defined) throw new Error(fit.reason);
    const effective = 10 / Math.max(1, fit.designEffect);
    expect(clusterProportion(flags, clusters, 0.95)).toEqual(wilson(0.5 * effective, effective, 0.95));
    const together = clusterProportion([true, true, true, true, false, false, false, false], ['a', 'a', 'a', 'a', 'b', 'b', 'b', 'b'], 0.95);
    const apart = clusterProportion([true, true, true, true, false, false, false, false], ['1', '2', '3', '4', '5', '6', '7', '8'], 0.95);
    expect(together.hi - together.lo).toBeGreaterThan(apart.hi - apart.lo);
  });

  it('is plain Wilson where every item is alike', () => {
    expect(clusterProportion([false, false, false], ['a', 'b', 'c'], 0.95)).toEqual(wilson(0, 3, 0.95));
  });
});

describe('specificity', () => {
  it('is the effect less the mean control, wider for few controls than for the items alone', () => {
    const controls = [shift.map((value, i) => 0.1 * value + 0.05 * Math.sin(i)), shift.map((value) => 0.3 * value), shift.map(() => 0.2)];
    const interval = specificity(shift, controls, clusters, 0.05);
    const excess = shift.map((value, i) => value - (controls[0]![i]! + controls[1]![i]! + controls[2]![i]!) / 3);
    const fit = clusterMean(excess, clusters);
    if (!fit.defined) throw new Error(fit.reason);
    expect(interval.estimate).toBeCloseTo(fit.estimate, 12);
    expect(interval.hi - interval.lo).toBeGreaterThan(fit.hi - fit.lo);
  });

  it('without controls is the effect and its own interval', () => {
    const fit = clusterMean(shift, clusters);
    if (!fit.defined) throw new Error(fit.reason);
    const interval = specificity(shift, [], clusters, 0.05);
    expect(interval.lo).toBeCloseTo(fit.lo, 12);
    expect(interval.hi).toBeCloseTo(fit.hi, 12);
  });
});
