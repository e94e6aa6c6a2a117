import type { JobSpec } from '@sextant/schema';
import { resident } from '../resident';
import { studyMaterials } from '../study/materials';
import { itemCost } from './evalRun';
import type { Estimator } from './estimator';

/** Items are scored as in an eval; a study keeps what lies below its hook, so this is an upper bound. */
export const studyRun: Estimator<'study.run'> = async (plan, { lab }) => {
  const { items, sideTasks = [], prose } = studyMaterials(plan, await resident.model(lab, plan.model));
  const { seconds, bytes } = await itemCost(lab, plan.model, items);
  const amount = itemRuns(plan, { sideTasks: sideTasks.length, prose: prose.length });
  return { amount, unit: 'item runs', bytes: Math.round(amount * bytes), seconds: amount * seconds, basis: 'items scored without a cache; an upper bound' };
};

/** How often a study scores an item, or a text of prose, if every candidate comes through. */
export function itemRuns({ propose, doses, items, controls }: JobSpec<'study.run'>, { sideTasks, prose }: { sideTasks: number; prose: number }): number {
  const half = Math.ceil(prose / 2);
  const proposal = (1 + propose.ablationSample) * items.screen;
  const screen = doses.length * (propose.candidates * items.screen + propose.screened * (propose.screenControls * items.screen + half)) + half;
  const controlled = (controls.doses === 'all' ? doses.length : 1) * (controls.randomDirections + controls.densityMatched) + 2;
  const confirm = (1 + doses.length + controlled) * items.confirm + (1 + doses.length) * half;
  return proposal + screen + confirm + sideTasks * (1 + doses.length) * items.sideEffects;
}
