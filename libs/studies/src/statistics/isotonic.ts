import { SextantError } from '@sextant/schema';

export interface IsotonicFit {
  fitted: number[];
  /** Start of each pooled run, with the length appended. */
  blocks: number[];
  /** Weighted sum of squared residuals. */
  rss: number;
}

/**
 * Monotone least-squares fit by pooling adjacent violators.
 * @throws SextantError INVALID_INPUT for weights that are not positive or of another length.
 */
export function isotonic(y: readonly number[], { weights, increasing = true }: { weights?: readonly number[]; increasing?: boolean } = {}): IsotonicFit {
  if (weights && (weights.length !== y.length || weights.some((weight) => !(weight > 0)))) {
    throw new SextantError('INVALID_INPUT', `isotonic regression needs ${y.length} positive weights`, { field: 'weights' });
  }
  const sign = increasing ? 1 : -1;
  const runs: { start: number; weight: number; total: number }[] = [];
  y.forEach((value, i) => {
    const weight = weights?.[i] ?? 1;
    runs.push({ start: i, weight, total: sign * value * weight });
    for (let last = runs.at(-1)!, before = runs.at(-2); before && before.total * last.weight >= last.total * before.weight; ) {
      runs.pop();
      before.weight += last.weight;
      before.total += last.total;
      last = before;
      before = runs.at(-2);
    }
  });
  const blocks = [...runs.map((run) => run.start), y.length];
  const fitted = runs.flatMap((run, i) => new Array<number>(blocks[i + 1]! - run.start).fill((sign * run.total) / run.weight));
  const rss = y.reduce((total, value, i) => total + (weights?.[i] ?? 1) * (value - fitted[i]!) ** 2, 0);
  return { fitted, blocks, rss };
}
