import type { EvalRun, Interval, ItemResult } from '@sextant/schema';
import { clusterMean, wilson } from '@sextant/studies';

/** What a run's items say together: accuracy and margin, each a cluster-robust mean with its 95 % interval; null without items. */
export function runMetrics(results: readonly ItemResult[]): EvalRun['metrics'] {
  return { accuracy: meanOf(results, 'correct') ?? unanimous(results), margin: meanOf(results, 'margin') };
}

function meanOf(results: readonly ItemResult[], metric: 'correct' | 'margin'): Interval | null {
  if (results.length === 0) return null;
  const mean = clusterMean(results.map((result) => result[metric]), results.map(({ cluster }) => cluster));
  return mean.defined ? { estimate: mean.estimate, lo: mean.lo, hi: mean.hi } : null;
}

/** All items right, or all wrong: their spread is unknown, so Wilson's interval counts each cluster as one item. */
function unanimous(results: readonly ItemResult[]): Interval | null {
  const [first] = results;
  if (first === undefined || ![0, 1].includes(first.correct) || results.some(({ correct }) => correct !== first.correct)) return null;
  const clusters = new Set(results.map(({ cluster }) => cluster)).size;
  return wilson(first.correct * clusters, clusters);
}
