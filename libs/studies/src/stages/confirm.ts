import { baseline, type StudyCondition } from '../condition';
import { controlConditions, interventionOf, studiedCondition, type ConditionSources } from '../controls';
import type { StudyPlan } from '../plan';
import type { Selection } from '../screen';
import type { StudyRun } from '../studyRun';
import type { TaskMeter } from './taskMeter';

export interface ConfirmOptions {
  plan: StudyPlan;
  selection: Selection;
  conditions: ConditionSources;
  /** Features that stood as hypotheses: no controls are drawn from them. */
  hypotheses: ReadonlySet<number>;
  /** The confirm items, and prose, both of split B. */
  meter: TaskMeter;
  prose: TaskMeter;
  step: (message: string) => void;
}

/** The chosen feature at every dose, and its controls. */
export function confirmConditions({ plan, selection, conditions, hypotheses }: Pick<ConfirmOptions, 'plan' | 'selection' | 'conditions' | 'hypotheses'>): {
  studied: StudyCondition[];
  controls: StudyCondition[];
} {
  return {
    studied: plan.doses.map((dose) => studiedCondition(plan, selection.feature, dose)),
    controls: controlConditions(plan, selection, { statistics: conditions.statistics, exclude: hypotheses }),
  };
}

/** Measures the claim's conditions and controls on the confirm items, and the doses on prose. */
export async function confirm(options: ConfirmOptions): Promise<StudyRun[]> {
  const { selection, conditions, meter, prose, step } = options;
  const { studied, controls } = confirmConditions(options);
  meter.prepare([selection.feature]);
  prose.prepare([selection.feature]);
  const runs = [await meter.measure(baseline, null), await prose.measure(baseline, null)];
  const everywhere = { ...conditions, scope: { tokens: 'all' as const, special: false } };
  for (const condition of studied) {
    runs.push(await prose.measure(condition, interventionOf(condition, selection.feature, everywhere)));
    runs.push(await meter.measure(condition, interventionOf(condition, selection.feature, conditions), { figures: true }));
    step(`dose ${condition.dose}`);
  }
  for (const condition of controls) {
    runs.push(await meter.measure(condition, interventionOf(condition, selection.feature, conditions), { figures: true }));
    step(`control: ${condition.kind}`);
  }
  return runs;
}

/** Measures the chosen feature at every dose on another task. */
export async function sideEffects({ plan, selection, conditions, meter, step }: Omit<ConfirmOptions, 'prose' | 'hypotheses'>): Promise<StudyRun[]> {
  meter.prepare([selection.feature]);
  const runs = [await meter.measure(baseline, null)];
  for (const dose of plan.doses) {
    const condition = studiedCondition(plan, selection.feature, dose);
    runs.push(await meter.measure(condition, interventionOf(condition, selection.feature, conditions), { figures: true }));
    step(`${meter.task} × ${dose}`);
  }
  return runs;
}
