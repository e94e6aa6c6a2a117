import { describe, expect, it } from 'vitest';
import { baseline } from './condition';
import { chooseCell, finalists, screenCells, screenScore, strength, type ScreenCell } from './screen';
import { syntheticPlan, syntheticProse, syntheticRun } from './testing/syntheticRuns';

const plan = syntheticPlan({ propose: { screened: 2, minScreenEffect: 0.5, maxPerplexityRatio: 1.1 } });
const cell = (feature: number, dose: number, estimate: number, more: Partial<ScreenCell> = {}): ScreenCell => ({
  ...{ feature, dose, estimate, perplexityRatio: 1, controls: [], opposite: null },
  ...more,
});

describe('screenCells', () => {
  it('reads effects, fluency and controls off the runs of split A', () => {
    const items = (shift: number) => [1, 2, 3].map((margin) => ({ cluster: `c${margin}`, margin: margin + shift }));
    const feature = { kind: 'feature' as const, feature: 7, dose: -1, seed: null };
    const control = { kind: 'random-direction' as const, feature: 7, dose: -1, seed: 4 };
    const options = { split: 'A' as const };
    const runs = [
      syntheticRun(baseline, items(0), options),
      syntheticRun(feature, items(-2), options),
      syntheticRun(control, items(0.25), options),
      syntheticRun({ ...control, dose: 2 }, items(9), options),
      syntheticProse(baseline, -2, options),
      syntheticProse(feature, -2.1, options),
      syntheticRun(feature, items(50)),
    ];
    const [only, ...rest] = screenCells(runs, plan);
    expect(rest).toEqual([]);
    expect(only).toMatchObject({ feature: 7, dose: -1, estimate: -2, controls: [0.25] });
    expect(only!.perplexityRatio).toBeCloseTo(Math.exp(0.1), 12);
    const mirrored = screenCells([...runs, syntheticRun({ ...feature, dose: 1 }, items(1.5), options)], plan);
    expect(mirrored.map(({ dose, opposite }) => [dose, opposite])).toEqual([[-1, 1.5], [1, -2]]);
    const outside = screenCells([...runs, syntheticRun({ ...feature, dose: 1 }, items(1.5), options)], { ...plan, doses: [-1] });
    expect(outside.map(({ dose, opposite }) => [dose, opposite])).toEqual([[-1, 1.5]]);
  });
});

describe('strength', () => {
  it('counts only what turns with the sign of the dose', () => {
    expect(strength(cell(1, -1, -2), plan)).toBe(2);
    expect(strength(cell(1, -1, -2, { opposite: 1.5 }), plan)).toBe(1.75);
    expect(strength(cell(1, -1, -2, { opposite: 9 }), plan)).toBe(2);
  });

  it('passes over a feature that disturbs whichever way it is pushed', () => {
    const disturber = cell(1, 1, -2.2, { opposite: -2 });
    const carrier = cell(2, -1, -1.5, { opposite: 1.4 });
    expect(chooseCell([disturber, carrier], plan)).toMatchObject({ feature: 2, dose: -1 });
  });
});

describe('chooseCell', () => {
  it('takes the cell furthest beyond its own random directions, not the largest effect', () => {
    const cells = [cell(1, 2, 3, { controls: [2.8, 0.1] }), cell(2, -1, -2, { controls: [0.4, -0.5] })];
    expect(chooseCell(cells, plan)).toMatchObject({ feature: 2, dose: -1, predicted: -1 });
    expect(screenScore(cells[0]!, plan)).toBeCloseTo(0.2, 12);
    expect(screenScore(cells[1]!, plan)).toBeCloseTo(1.5, 12);
  });

  it('leaves out what is not fluent, too small, or no stronger than chance', () => {
    expect(chooseCell([cell(1, 1, 3, { perplexityRatio: 1.2 })], plan)).toBeNull();
    expect(chooseCell([cell(1, 1, 3, { perplexityRatio: null })], plan)).toBeNull();
    expect(chooseCell([cell(1, 1, 0.4)], plan)).toBeNull();
    expect(chooseCell([cell(1, 1, 2, { controls: [2.1] })], plan)).toBeNull();
    expect(chooseCell([], plan)).toBeNull();
  });

  it('keeps to the direction of the plan', () => {
    const cells = [cell(1, 2, 3), cell(1, -2, -1)];
    expect(chooseCell(cells, { ...plan, direction: 'lower' })).toMatchObject({ dose: -2, predicted: -1 });
    expect(chooseCell(cells, { ...plan, direction: 'higher' })).toMatchObject({ dose: 2, predicted: 1 });
    expect(chooseCell([cell(1, 2, 3)], { ...plan, direction: 'lower' })).toBeNull();
  });

  it('breaks ties for the smaller dose, then the lower index', () => {
    expect(chooseCell([cell(5, 2, 1), cell(5, 1, 1), cell(3, 2, 1)], plan)).toMatchObject({ feature: 5, dose: 1 });
    expect(chooseCell([cell(5, 2, 1), cell(3, 2, 1)], plan)).toMatchObject({ feature: 3 });
  });
});

describe('finalists', () => {
  it('are the strongest features by their best dose, at least the minimum', () => {
    expect(finalists([cell(1, 1, 0.6), cell(1, -1, -4), cell(2, 1, 2), cell(3, 1, 3), cell(4, 1, 0.2)], plan)).toEqual([1, 3]);
    expect(finalists([cell(1, 1, 0.6), cell(1, -1, -4), cell(2, 1, 2)], { ...plan, direction: 'higher' })).toEqual([2, 1]);
  });
});
