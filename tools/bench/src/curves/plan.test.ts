import { describe, expect, it } from 'vitest';
import { fitStepCost, stepSeconds } from './costModel';
import { curvesSvg } from './curvesSvg';
import { planRun } from './plan';
import { pointTable, shares } from './planText';
import type { Curves, Point } from './point';

const truth = { encoder: 1.5e-11, sparse: 2e-9, update: 4e-9 };
const point = (sizes: { d: number; n: number; k: number; batch: number }, threads = 2): Point => ({
  curve: 'TopK step over d',
  x: sizes.d,
  sizes,
  threads,
  seconds: stepSeconds({ ...truth, worst: 0 }, sizes) * (threads === 1 ? 2 : 1),
  tokens: sizes.batch,
  flops: 1e9,
  bytes: 5e8,
});
const base = { d: 512, n: 8192, k: 32, batch: 2048 };
const varied = [base, { ...base, d: 128 }, { ...base, n: 32768 }, { ...base, k: 128 }, { ...base, batch: 256 }];
const points = varied.flatMap((sizes) => [point(sizes), point(sizes, 1)]);
const curves: Curves = { machine: {}, peaks: [{ threads: 2, gflops: 100, gigabytes: 10 }], points };

describe('the cost of a step', () => {
  it('is found again from points it made, and never has a part below 0', () => {
    const fit = fitStepCost(points.filter(({ threads }) => threads === 2));
    expect(fit.encoder / truth.encoder).toBeCloseTo(1, 3);
    expect(fit.sparse / truth.sparse).toBeCloseTo(1, 2);
    expect(fit.update / truth.update).toBeCloseTo(1, 2);
    expect(fit.worst).toBeLessThan(1e-3);
    const odd = fitStepCost([{ ...point(base), seconds: 1 }, { ...point({ ...base, batch: 4096 }), seconds: 1 }]);
    expect(Math.min(odd.encoder, odd.sparse, odd.update)).toBe(0);
    expect(() => fitStepCost([])).toThrow(/no points/);
  });
});

describe('the plan', () => {
  const run = { d: 1000, n: 1_000_000, k: 10, batch: 1000, tokens: 10_000 };
  const plan = planRun(curves, run, [
    { name: 'here', times: 1, memoryGigabytes: 16e9 / 2 ** 30 },
    { name: 'large', times: 10, memoryGigabytes: 1000 },
  ]);

  it('counts what the formulas say', () => {
    expect(plan).toMatchObject({ steps: 10, encoderFlops: 2e13, sparseFlops: 8e8, denseFlops: 1e14, stateBytes: 3.2e10, activationBytes: 2e7 });
    expect(plan.updateBytes).toBe(10 * 56 * 1e9);
  });

  it('takes as many machines as memory asks for, and divides the hours by them', () => {
    const hours = (10 * stepSeconds({ ...truth, worst: 0 }, run)) / 3600;
    expect(plan.machines[0]!.machines).toBe(2);
    expect(plan.machines[0]!.hours / (hours / 2)).toBeCloseTo(1, 2);
    expect(plan.machines[1]).toMatchObject({ machines: 1, machinesForAWeek: 1 });
    expect(plan.machines[1]!.hours / (hours / 10)).toBeCloseTo(1, 2);
  });
});

describe('what is shown', () => {
  it('gives the share of the peak', () => {
    expect(shares({ ...point(base), seconds: 0.1 }, curves.peaks[0]!)).toEqual({ arithmetic: 0.1, memory: 0.5 });
    expect(pointTable(curves).split('\n')).toHaveLength(2 + 2);
  });

  it('draws one line for each number of threads', () => {
    const svg = curvesSvg(curves);
    expect(svg.match(/<path class="(one|more)"/g)).toEqual(['<path class="more"', '<path class="one"']);
    expect(svg).not.toContain('NaN');
  });
});
