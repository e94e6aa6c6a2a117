import { studySpec, type ItemResult } from '@sextant/schema';
import type { StudyCondition } from '../condition';
import { runKey, type StudyRun } from '../studyRun';
import type { StudyPlan } from '../plan';

/** A plan with defaults, for tests of what follows from stored runs. */
export const syntheticPlan = (overrides: object = {}): StudyPlan =>
  studySpec.parse({
    name: 'synthetic',
    model: 'a'.repeat(64),
    dictionary: 'd'.repeat(64),
    featureIndex: 'b'.repeat(64),
    task: 'toy:task',
    hypothesis: 'none',
    ...overrides,
  });

export interface SyntheticItem {
  cluster: string;
  margin: number;
}

/** A stored run whose items have these margins between two choices. */
export function syntheticRun(condition: StudyCondition, items: readonly SyntheticItem[], { task = 'toy:task', split = 'B' as 'A' | 'B', figures = {} } = {}): StudyRun {
  const results = items.map(({ cluster, margin }, i): ItemResult => ({
    item: `item-${i}`,
    cluster,
    split,
    prompt: '',
    choices: ['a', 'b'],
    gold: [0, 1],
    choiceLogProbs: [margin - 1, -1],
    margin,
    correct: margin > 0 ? 0 : 1,
  }));
  const hook = 'blocks.0.hook_resid_post';
  const intervention =
    condition.kind === 'baseline'
      ? null
      : {
          version: 1 as const,
          hook,
          operations: [{ kind: 'clamp' as const, feature: { dictionary: 'd'.repeat(64), index: condition.feature ?? 0 }, dose: condition.dose }],
          scope: { tokens: 'all' as const, special: false },
          conflict: 'refuse' as const,
        };
  return { key: runKey(split, task, condition), task, split, condition, intervention, interventionHash: intervention && 'c'.repeat(64), results, figures };
}

/** Two prose runs of one sequence of `tokens` tokens, the second with this ratio of perplexities. */
export function syntheticProse(condition: StudyCondition, logProbPerToken: number, { tokens = 50, split = 'B' as 'A' | 'B' } = {}): StudyRun {
  const run = syntheticRun(condition, [{ cluster: 'prose', margin: logProbPerToken }], { task: 'prose', split });
  return { ...run, results: run.results.map((result) => ({ ...result, choices: ['text'], gold: [1], choiceLogProbs: [logProbPerToken * tokens] })) };
}
