import type { Interval } from '@sextant/schema';
import { sum } from './moments';
import { normalQuantile } from './normal';
import { undefinedBecause, type Outcome } from './outcome';

export interface Kappa extends Interval {
  se: number;
  /** Standard error under the hypothesis of no agreement beyond chance. */
  seUnderNull: number;
  observedAgreement: number;
}

/**
 * Cohen's κ of two raters from their square table of counts, with the asymptotic standard error of Fleiss, Cohen and
 * Everitt (1969) and a normal interval. Weights: none, |i − j|, or (i − j)² between category positions.
 */
export function cohenKappa(table: readonly (readonly number[])[], weighting: 'none' | 'linear' | 'quadratic' = 'none', level = 0.95): Outcome<Kappa> {
  const n = sum(table.map((row) => sum(row)));
  const k = table.length;
  if (!(n > 0)) return undefinedBecause('no unit was rated by both');
  const share = table.map((row) => row.map((count) => count / n));
  const rows = share.map((row) => sum(row));
  const columns = rows.map((_, j) => sum(share.map((row) => row[j]!)));
  const exponent = weighting === 'linear' ? 1 : 2;
  const weight = (i: number, j: number) => (weighting === 'none' ? Number(i === j) : 1 - (Math.abs(i - j) / (k - 1)) ** exponent);
  const over = (f: (i: number, j: number) => number) => sum(rows.flatMap((_, i) => columns.map((_, j) => f(i, j))));
  const observed = over((i, j) => weight(i, j) * share[i]![j]!);
  const expected = over((i, j) => weight(i, j) * rows[i]! * columns[j]!);
  if (!(expected < 1)) return undefinedBecause('both raters used one and the same category throughout');
  const kappa = (observed - expected) / (1 - expected);
  const rowWeight = rows.map((_, i) => sum(columns.map((c, j) => c * weight(i, j))));
  const columnWeight = columns.map((_, j) => sum(rows.map((r, i) => r * weight(i, j))));
  const scale = (1 - expected) ** 2 * n;
  const spread = over((i, j) => share[i]![j]! * (weight(i, j) - (rowWeight[i]! + columnWeight[j]!) * (1 - kappa)) ** 2);
  const nullSpread = over((i, j) => rows[i]! * columns[j]! * (weight(i, j) - (rowWeight[i]! + columnWeight[j]!)) ** 2);
  const se = Math.sqrt(Math.max(0, spread - (kappa - expected * (1 - kappa)) ** 2) / scale);
  const half = -normalQuantile((1 - level) / 2) * se;
  return {
    defined: true,
    estimate: kappa,
    lo: kappa - half,
    hi: kappa + half,
    se,
    seUnderNull: Math.sqrt(Math.max(0, nullSpread - expected ** 2) / scale),
    observedAgreement: sum(share.map((row, i) => row[i]!)),
  };
}

/** Fleiss' κ from counts[unit][category]; every unit needs the same number of ratings. */
export function fleissKappa(counts: readonly (readonly number[])[]): Outcome<{ kappa: number }> {
  const raters = sum(counts[0] ?? []);
  if (counts.some((row) => sum(row) !== raters) || raters < 2) return undefinedBecause('every unit needs the same number of ratings, at least two');
  const within = sum(counts.map((row) => (sum(row.map((c) => c * c)) - raters) / (raters * (raters - 1)))) / counts.length;
  const shares = counts[0]!.map((_, j) => sum(counts.map((row) => row[j]!)) / (counts.length * raters));
  const expected = sum(shares.map((share) => share * share));
  if (!(expected < 1)) return undefinedBecause('every rating is the same category');
  return { defined: true, kappa: (within - expected) / (1 - expected) };
}

/**
 * Krippendorff's α from ratings[rater][unit], null where a rater skipped a unit (coincidence-matrix definition).
 * Undefined when fewer than two units have two ratings, or when every rating is the same.
 */
export function krippendorffAlpha(
  ratings: readonly (readonly (number | null)[])[],
  metric: 'nominal' | 'ordinal' | 'interval',
): Outcome<{ alpha: number }> {
  const values = [...new Set(ratings.flat().filter((value) => value !== null))].sort((a, b) => a - b);
  const position = new Map(values.map((value, i) => [value, i]));
  const coincidence = values.map(() => new Array<number>(values.length).fill(0));
  for (let unit = 0; unit < (ratings[0]?.length ?? 0); unit++) {
    const given = ratings.flatMap((row) => {
      const value = row[unit] ?? null;
      return value === null ? [] : [position.get(value)!];
    });
    if (given.length < 2) continue;
    given.forEach((a, i) => given.forEach((b, j) => i !== j && (coincidence[a]![b]! += 1 / (given.length - 1))));
  }
  const totals = coincidence.map((row) => sum(row));
  const n = sum(totals);
  const distance = (i: number, j: number) => {
    if (metric === 'nominal') return Number(i !== j);
    if (metric === 'interval') return (values[i]! - values[j]!) ** 2;
    const [lo, hi] = [Math.min(i, j), Math.max(i, j)];
    return (sum(totals.slice(lo, hi + 1)) - (totals[lo]! + totals[hi]!) / 2) ** 2;
  };
  const over = (f: (i: number, j: number) => number) => sum(values.flatMap((_, i) => values.map((_, j) => f(i, j) * distance(i, j))));
  const expected = over((i, j) => totals[i]! * totals[j]!) / (n - 1);
  if (!(expected > 0)) return undefinedBecause('the ratings do not vary, or no unit has two of them');
  return { defined: true, alpha: 1 - over((i, j) => coincidence[i]![j]!) / expected };
}
