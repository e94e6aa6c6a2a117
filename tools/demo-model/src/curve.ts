import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import type { TrainingMetrics } from '@sextant/models';

export interface CurvePoint {
  step: number;
  tokens: number;
  /** Mean loss since the point before, nats per token. */
  loss: number;
  learningRate: number;
  /** Wall time since the point before. */
  seconds: number;
}

/** The training curve, kept in a JSONL file beside the checkpoint so that a resumed run continues it. */
export class Curve {
  private losses: number[] = [];
  private since = performance.now();

  constructor(
    private readonly file: string,
    private readonly every: number,
  ) {}

  /** Forgets an earlier run. */
  clear(): void {
    rmSync(this.file, { force: true });
  }

  /** Takes a step's metrics; returns the point when one is complete. */
  push({ step, steps, loss, tokens, learningRate }: TrainingMetrics): CurvePoint | undefined {
    this.losses.push(loss);
    if (step % this.every !== 0 && step !== steps) return undefined;
    const now = performance.now();
    const mean = this.losses.reduce((sum, value) => sum + value, 0) / this.losses.length;
    const point: CurvePoint = { step, tokens, loss: mean, learningRate, seconds: (now - this.since) / 1000 };
    appendFileSync(this.file, `${JSON.stringify(point)}\n`);
    this.losses = [];
    this.since = now;
    return point;
  }

  /** All points in order; where a resumed run repeated a step, its point counts. */
  points(): CurvePoint[] {
    if (!existsSync(this.file)) return [];
    const lines = readFileSync(this.file, 'utf8').split('\n').filter((line) => line !== '');
    const bySteps = new Map(lines.map((line): [number, CurvePoint] => {
      const point: CurvePoint = JSON.parse(line);
      return [point.step, point];
    }));
    return [...bySteps.values()].sort((a, b) => a.step - b.step);
  }
}
