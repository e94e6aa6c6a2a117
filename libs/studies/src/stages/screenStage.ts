import type { Candidate } from '@sextant/schema';
import { baseline } from '../condition';
import { drawSeeds, interventionOf, studiedCondition, type ConditionSources } from '../controls';
import type { StudyPlan } from '../plan';
import type { ProposedFeature } from '../propose/candidate';
import { chooseCell, finalists, screenCells, screenScore, strength, type ScreenCell, type Selection } from '../screen';
import type { StudyRun } from '../studyRun';
import type { TaskMeter } from './taskMeter';

export interface ScreenOptions {
  plan: StudyPlan;
  candidates: readonly ProposedFeature[];
  /** The screen items, and prose, both of split A. */
  meter: TaskMeter;
  prose: TaskMeter;
  before: StudyRun;
  conditions: ConditionSources;
  labelOf: (feature: number) => string | null;
  step: (message: string) => void;
}

export interface Screened {
  selection: Selection | null;
  candidates: Candidate[];
  runs: StudyRun[];
}

/** The exact screen of the frozen rule, on split A alone: clamps at every dose, then fluency and random directions for the strongest. */
export async function screen({ plan, candidates, meter, prose, before, conditions, labelOf, step }: ScreenOptions): Promise<Screened> {
  // An impostor has no rank of its own: one stands in the first candidate's place.
  const studied = (plan.sabotage === 'random-direction' ? candidates.slice(0, 1) : candidates).map(({ feature }) => feature);
  meter.prepare(studied);
  const runs: StudyRun[] = [before];
  for (const feature of studied) {
    for (const dose of plan.doses) {
      const condition = studiedCondition(plan, feature, dose);
      runs.push(await meter.measure(condition, interventionOf(condition, feature, conditions)));
      step(`feature ${feature} × ${dose}`);
    }
  }
  const strongest = finalists(screenCells(runs, plan), plan);
  if (strongest.length > 0) {
    prose.prepare(strongest);
    runs.push(await prose.measure(baseline, null));
  }
  for (const feature of strongest) {
    for (const dose of plan.doses) runs.push(...(await checkFinalist({ feature, dose, plan, meter, prose, conditions, step })));
  }
  const cells = screenCells(runs, plan);
  const selection = chooseCell(cells, plan);
  const reported = candidates.map((candidate) => report(candidate, { cells, strongest, selection, plan, label: labelOf(candidate.feature) }));
  return { selection, candidates: reported, runs };
}

interface FinalistOptions extends Pick<ScreenOptions, 'plan' | 'meter' | 'prose' | 'conditions' | 'step'> {
  feature: number;
  dose: number;
}

async function checkFinalist({ feature, dose, plan, meter, prose, conditions, step }: FinalistOptions): Promise<StudyRun[]> {
  const condition = studiedCondition(plan, feature, dose);
  const everywhere = { ...conditions, scope: { tokens: 'all' as const, special: false } };
  const runs = [await prose.measure(condition, interventionOf(condition, feature, everywhere))];
  if (!plan.doses.includes(-dose)) {
    // Without its mirror a dose would be spared the test that the others face.
    const mirror = studiedCondition(plan, feature, -dose);
    runs.push(await meter.measure(mirror, interventionOf(mirror, feature, conditions)));
  }
  for (const seed of drawSeeds(plan.seed, 'screen', plan.propose.screenControls)) {
    const control = { kind: 'random-direction' as const, feature, dose, seed };
    runs.push(await meter.measure(control, interventionOf(control, feature, conditions)));
  }
  step(`fluency and controls of feature ${feature} × ${dose}`);
  return runs;
}

interface ReportOptions {
  cells: readonly ScreenCell[];
  strongest: readonly number[];
  selection: Selection | null;
  plan: StudyPlan;
  label: string | null;
}

function report({ feature, dPrime, attribution }: ProposedFeature, { cells, strongest, selection, plan, label }: ReportOptions): Candidate {
  const own = cells.filter((cell) => cell.feature === feature);
  const screenEffects = own.map(({ dose, estimate, perplexityRatio }) => ({ dose, estimate, perplexityRatio }));
  const kept = selection?.feature === feature;
  return { feature, label, dPrime, attribution, screenEffects, kept, reason: reasonFor(feature, own, { strongest, selection, plan }) };
}

function reasonFor(feature: number, own: readonly ScreenCell[], { strongest, selection, plan }: Pick<ReportOptions, 'strongest' | 'selection' | 'plan'>): string {
  if (own.length === 0) return 'not screened: a random direction stands in the first candidate’s place';
  const { minScreenEffect, maxPerplexityRatio, screened } = plan.propose;
  if (selection?.feature === feature) {
    const { dose, estimate } = selection.screen;
    return `chosen at dose ${dose}: ${estimate.toFixed(2)} nats on split A, furthest beyond the random directions of its size`;
  }
  const best = Math.max(...own.map((cell) => strength(cell, plan)));
  if (best < minScreenEffect) return `its best effect that turns with the dose, ${best.toFixed(2)} nats, is below the minimum of ${minScreenEffect}`;
  if (!strongest.includes(feature)) return `not among the ${screened} strongest (best ${best.toFixed(2)} nats)`;
  if (own.every(({ perplexityRatio }) => (perplexityRatio ?? Infinity) > maxPerplexityRatio)) return `every dose takes prose perplexity beyond × ${maxPerplexityRatio}`;
  const scores = own.flatMap((cell) => screenScore(cell, plan) ?? []);
  if (scores.length === 0) return 'no fluent dose goes beyond the random directions of its size';
  return `goes ${Math.max(...scores).toFixed(2)} nats beyond the random directions of its size; the chosen one goes further`;
}
