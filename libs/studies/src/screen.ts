import { conditionLabel, type StudyCondition } from './condition';
import { pairMargins } from './inference/pairs';
import { perplexityRatio } from './inference/perplexityRatio';
import type { StudyPlan } from './plan';
import { signOfItems } from './sabotage';
import { mean } from './statistics';
import { proseTask, type StudyRun } from './studyRun';

/** A feature at a dose, as split A saw it. */
export interface ScreenCell {
  feature: number;
  dose: number;
  /** Mean difference of the margin, nats. */
  estimate: number;
  /** Null until it is measured. */
  perplexityRatio: number | null;
  /** Effects of the random directions that disturb as much, at this dose. */
  controls: number[];
  /** Effect of the same clamp at the opposite dose, nats; null until it is measured. */
  opposite: number | null;
}

/** What the rule chose on split A, before anything on split B. */
export interface Selection {
  feature: number;
  dose: number;
  /** The direction predicted for split B: that of the screen. */
  predicted: -1 | 1;
  screen: ScreenCell;
}

/** Every feature that the runs of split A have measured, at the doses of the plan. */
export function screenCells(runs: readonly StudyRun[], plan: StudyPlan): ScreenCell[] {
  const screened = runs.filter(({ split }) => split === 'A');
  const own = screened.filter(({ task }) => task === plan.task);
  const before = own.find(({ condition }) => condition.kind === 'baseline');
  if (!before) return [];
  const signOf = signOfItems(plan)(plan.task);
  const estimate = ({ results }: StudyRun) => mean(pairMargins(before.results, results, signOf).map(({ difference }) => difference));
  const isStudied = ({ kind }: StudyCondition) => kind === 'feature' || kind === 'vector';
  const studied = own.filter(({ condition }) => isStudied(condition));
  return studied
    .filter(({ condition }) => plan.doses.includes(condition.dose))
    .map((run) => {
      const { feature, dose } = run.condition;
      const mirror = studied.find(({ condition }) => condition.feature === feature && condition.dose === -dose);
      const controls = own.filter(({ condition }) => condition.kind === 'random-direction' && condition.feature === feature && condition.dose === dose);
      return {
        feature: feature!,
        dose,
        estimate: estimate(run),
        perplexityRatio: ratioOf(run.condition, screened),
        controls: controls.map(estimate).sort((a, b) => a - b),
        opposite: mirror ? estimate(mirror) : null,
      };
    })
    .sort((a, b) => a.feature - b.feature || a.dose - b.dose);
}

function ratioOf(condition: StudyCondition, screened: readonly StudyRun[]): number | null {
  const prose = screened.filter(({ task }) => task === proseTask);
  const steered = prose.find((run) => conditionLabel(run.condition) === conditionLabel(condition));
  const before = prose.find((run) => run.condition.kind === 'baseline');
  return steered && before ? perplexityRatio(before.results, steered.results) : null;
}

/** The direction in which a cell's effect counts: the plan's, or its own where the plan leaves it open. */
export function predictedSign({ estimate }: Pick<ScreenCell, 'estimate'>, { direction }: StudyPlan): -1 | 1 {
  if (direction === 'either') return estimate < 0 ? -1 : 1;
  return direction === 'lower' ? -1 : 1;
}

/**
 * How strongly a cell moves the margin in its direction: the part of its effect that turns with the dose's sign,
 * (Δ(c) − Δ(−c)) / 2, and never more than the effect itself. Any large disturbance moves a margin whichever way it goes;
 * a feature that carries the behaviour moves it up one way and down the other.
 */
export function strength(cell: ScreenCell, plan: StudyPlan): number {
  const sign = predictedSign(cell, plan);
  const odd = cell.opposite === null ? cell.estimate : (cell.estimate - cell.opposite) / 2;
  return Math.min(sign * cell.estimate, sign * odd);
}

/** Features worth a look at fluency and controls: those whose best dose reaches the minimum, strongest first. */
export function finalists(cells: readonly ScreenCell[], plan: StudyPlan): number[] {
  const best = new Map<number, number>();
  for (const cell of cells) best.set(cell.feature, Math.max(best.get(cell.feature) ?? -Infinity, strength(cell, plan)));
  return [...best]
    .filter(([, reached]) => reached >= plan.propose.minScreenEffect)
    .sort(([a, x], [b, y]) => y - x || a - b)
    .slice(0, plan.propose.screened)
    .map(([feature]) => feature);
}

/** How far a cell moves the margin beyond the strongest random direction; null where the rule excludes it. */
export function screenScore(cell: ScreenCell, plan: StudyPlan): number | null {
  if (cell.perplexityRatio === null || cell.perplexityRatio > plan.propose.maxPerplexityRatio) return null;
  if (strength(cell, plan) < plan.propose.minScreenEffect) return null;
  const sign = predictedSign(cell, plan);
  const beyond = strength(cell, plan) - Math.max(0, ...cell.controls.map((control) => sign * control));
  return beyond > 0 ? beyond : null;
}

/**
 * The frozen rule's choice: of all cells that keep prose fluent and reach the minimum, the one that moves the margin
 * furthest beyond the strongest random direction of its own size; ties go to the smaller dose. Null when none does.
 */
export function chooseCell(cells: readonly ScreenCell[], plan: StudyPlan): Selection | null {
  const scored = cells.flatMap((cell) => {
    const score = screenScore(cell, plan);
    return score === null ? [] : [{ cell, score }];
  });
  scored.sort((a, b) => b.score - a.score || Math.abs(a.cell.dose) - Math.abs(b.cell.dose) || a.cell.feature - b.cell.feature);
  const best = scored[0]?.cell;
  return best ? { feature: best.feature, dose: best.dose, predicted: predictedSign(best, plan), screen: best } : null;
}
