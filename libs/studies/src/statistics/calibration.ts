import { SextantError } from '@sextant/schema';
import { mean } from './moments';

export interface CalibrationBin {
  count: number;
  /** Null for an empty bin. */
  meanProbability: number | null;
  meanOutcome: number | null;
}

function check(p: readonly number[], y: readonly number[]): void {
  if (p.length === 0 || p.length !== y.length) {
    throw new SextantError('INVALID_INPUT', `calibration needs as many outcomes as probabilities, got ${p.length} and ${y.length}`);
  }
}

function bin(p: readonly number[], y: readonly number[], members: readonly number[]): CalibrationBin {
  if (members.length === 0) return { count: 0, meanProbability: null, meanOutcome: null };
  return { count: members.length, meanProbability: mean(members.map((i) => p[i]!)), meanOutcome: mean(members.map((i) => y[i]!)) };
}

/** Equal-width bins [i/B, (i+1)/B); p = 1 falls in the last. Edges are decided by p · B in float64. */
export function equalWidthBins(p: readonly number[], y: readonly number[], bins: number): CalibrationBin[] {
  check(p, y);
  const members = Array.from({ length: bins }, (): number[] => []);
  p.forEach((value, i) => members[Math.min(Math.floor(value * bins), bins - 1)]!.push(i));
  return members.map((group) => bin(p, y, group));
}

/** Bins of equal mass: sorted by p, ties in input order; the first n mod B bins get one more. */
export function equalMassBins(p: readonly number[], y: readonly number[], bins: number): CalibrationBin[] {
  check(p, y);
  const order = p.map((_, i) => i).sort((a, b) => p[a]! - p[b]!);
  const size = Math.floor(p.length / bins);
  const longer = p.length % bins;
  return Array.from({ length: bins }, (_, i) => {
    const start = i * size + Math.min(i, longer);
    return bin(p, y, order.slice(start, start + size + (i < longer ? 1 : 0)));
  });
}

const gaps = (bins: readonly CalibrationBin[]) =>
  bins.flatMap(({ count, meanProbability, meanOutcome }) =>
    meanProbability === null || meanOutcome === null ? [] : [{ count, gap: Math.abs(meanProbability - meanOutcome) }],
  );

/** Expected calibration error: mean gap of the bins, weighted by their counts. */
export function expectedCalibrationError(bins: readonly CalibrationBin[]): number {
  const filled = gaps(bins);
  const n = filled.reduce((total, { count }) => total + count, 0);
  return filled.reduce((total, { count, gap }) => total + count * gap, 0) / n;
}

/** Largest gap of any bin. */
export const maximumCalibrationError = (bins: readonly CalibrationBin[]): number => Math.max(...gaps(bins).map(({ gap }) => gap));

/** Mean squared difference of probability and outcome. */
export function brierScore(p: readonly number[], y: readonly number[]): number {
  check(p, y);
  return mean(p.map((value, i) => (value - y[i]!) ** 2));
}

/** Murphy's decomposition over bins: reliability − resolution + uncertainty is the Brier score up to the spread of p within bins. */
export function brierDecomposition(y: readonly number[], bins: readonly CalibrationBin[]) {
  const base = mean(y);
  let reliability = 0;
  let resolution = 0;
  for (const { count, meanProbability, meanOutcome } of bins) {
    if (meanProbability === null || meanOutcome === null) continue;
    reliability += (count * (meanProbability - meanOutcome) ** 2) / y.length;
    resolution += (count * (meanOutcome - base) ** 2) / y.length;
  }
  return { reliability, resolution, uncertainty: base * (1 - base) };
}

/** Mean negative log-likelihood in nats, with probabilities kept `clip` away from 0 and 1. */
export function logLoss(p: readonly number[], y: readonly number[], clip = 1e-12): number {
  check(p, y);
  return mean(
    p.map((value, i) => {
      const kept = Math.min(1 - clip, Math.max(clip, value));
      return -(y[i]! * Math.log(kept) + (1 - y[i]!) * Math.log(1 - kept));
    }),
  );
}
