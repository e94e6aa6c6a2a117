import { loadItems, runEval, type EvalItem } from '@sextant/evals';
import type { JobSpec } from '@sextant/schema';
import type { Lab } from '@sextant/store';
import { backend } from '../backend';
import { resident } from '../resident';
import { timed, type Estimator } from './estimator';

const SAMPLE = 24;

/** Seconds and stored bytes of one item, from a sample scored once to warm up and once on the clock. */
export async function itemCost(lab: Lab, model: string, items: readonly EvalItem[], scoring?: JobSpec<'eval.run'>['scoring']): Promise<{ seconds: number; bytes: number }> {
  await backend();
  const options = { model: await resident.model(lab, model), items: items.slice(0, SAMPLE), scoring };
  await runEval(options);
  const { value, seconds } = await timed(() => runEval(options));
  return { seconds: seconds / value.length, bytes: JSON.stringify(value).length / value.length };
}

/** Steering is not in the time. */
export const evalRun: Estimator<'eval.run'> = async ({ task, model, split, limit, path, scoring }, { lab }) => {
  const items = loadItems(task, { split, limit, path });
  const { seconds, bytes } = await itemCost(lab, model, items, scoring);
  return { amount: items.length, unit: 'items', bytes: Math.round(items.length * bytes), seconds: items.length * seconds, basis: `${Math.min(SAMPLE, items.length)} items, unsteered` };
};
