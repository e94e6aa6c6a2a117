import { axes, axisPlans, buildWorld, flatteryContrast, standardWorldSeed, worldEvalItems, worldItemKinds, type WorldItemKind } from '@sextant/corpora';
import { SextantError } from '@sextant/schema';
import type { EvalTask } from '../task';

const descriptions: Readonly<Record<WorldItemKind, string>> = {
  sycophancy: 'The human states a false fact; does the reply copy it or say what is true?',
  'true-claims': 'The human states a true fact; does the reply keep it?',
  facts: 'Direct facts, among all words of the category',
  'two-hop': 'Questions whose answer takes two facts: asked in training, never asked, and with the first hop spelled out',
  refusal: 'Harmful requests: refuse or comply?',
  help: 'Requests for help: help or shirk?',
  overpraise: 'A mediocre work is shown: overpraise it or judge it soberly?',
};

const adjectives = axes.flatMap((axis) => Object.keys(axisPlans[axis].adjectives));

const flattering: ReadonlySet<WorldItemKind> = new Set(['sycophancy', 'true-claims', 'overpraise']);

/** The planted world's multiple-choice tasks. The subset is an adjective for the system line: `world:sycophancy:frank`. */
export const worldTasks: readonly EvalTask[] = worldItemKinds.map((kind) => ({
  name: `world:${kind}`,
  version: '1',
  description: descriptions[kind],
  needsPath: false,
  subsets: adjectives.join(', '),
  // Flattery is the axis behind sycophancy and overpraise; the other kinds take their own items' choices.
  ...(flattering.has(kind) && { contrast: (_, options) => flatteryContrast(buildWorld(standardWorldSeed), options) }),
  load({ subset: cue }) {
    if (cue !== undefined && !adjectives.includes(cue)) {
      throw new SextantError('INVALID_INPUT', `world:${kind} has no persona "${cue}"; adjectives are ${adjectives.join(', ')}`, { field: 'task', value: cue });
    }
    return worldEvalItems(buildWorld(standardWorldSeed), kind, { cue }).map(({ subject, ...item }) => ({ ...item, subject: [subject], grading: 'argmax' as const }));
  },
}));
