import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TrainingMetrics } from '@sextant/models';
import { afterAll, describe, expect, it } from 'vitest';
import { Curve } from './curve';

const dir = mkdtempSync(join(tmpdir(), 'sextant-curve-'));
afterAll(() => rmSync(dir, { recursive: true }));

function metrics(step: number, loss: number): TrainingMetrics {
  return { step, steps: 5, loss, learningRate: 0.1, gradNorm: 1, tokens: step * 10, tokensPerSecond: 1 };
}

describe('Curve', () => {
  it('averages between points and ends with the last step', () => {
    const curve = new Curve(join(dir, 'a.jsonl'), 2);
    [4, 2, 8, 6, 1].forEach((loss, index) => curve.push(metrics(index + 1, loss)));
    expect(curve.points().map(({ step, loss, tokens }) => [step, loss, tokens])).toEqual([
      [2, 3, 20],
      [4, 7, 40],
      [5, 1, 50],
    ]);
  });

  it('goes on after a resumption, whose points replace those it repeats', () => {
    const file = join(dir, 'b.jsonl');
    const first = new Curve(file, 2);
    [4, 2, 8, 6].forEach((loss, index) => first.push(metrics(index + 1, loss)));
    const resumed = new Curve(file, 2);
    [5, 5, 3].forEach((loss, index) => resumed.push(metrics(index + 3, loss)));
    expect(resumed.points().map(({ step, loss }) => [step, loss])).toEqual([
      [2, 3],
      [4, 5],
      [5, 3],
    ]);
    resumed.clear();
    expect(resumed.points()).toEqual([]);
  });
});
