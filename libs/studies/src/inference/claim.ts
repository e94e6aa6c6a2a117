import { SextantError, hashJson, type Claim } from '@sextant/schema';
import { studiedCondition } from '../controls';
import { estimatorVersion, type StudyPlan } from '../plan';
import { signOfItems } from '../sabotage';
import { runKey, type StudyRun } from '../studyRun';
import type { Selection } from '../screen';
import { clusterMean, detectableNoncentrality, mean, standardDeviation, twoOneSided } from '../statistics';
import { clusterProportion } from './clusterProportion';
import { decideClaim, type Evidence } from './decide';
import { baselineOf, countFlips, recomputeEffects, type StudyEffect } from './effects';
import { pairMargins } from './pairs';
import { specificity } from './specificity';
import { statementOf } from './statement';

export interface ClaimContext {
  /** Id of the study. */
  study: string;
  /** The feature's label, where it has one. */
  label: string | null;
  createdAt: string;
}

const controlKinds = ['random-direction', 'density-matched', 'sign-reversed', 'reconstruction'] as const;
type ControlKind = (typeof controlKinds)[number];
/** Controls that were drawn: specificity is measured against their mean. */
const drawnKinds: readonly ControlKind[] = ['random-direction', 'density-matched'];
const isControl = (kind: string): kind is ControlKind => controlKinds.some((known) => known === kind);

/** The chosen feature at the chosen dose on the confirm split. */
export function claimRun(runs: readonly StudyRun[], plan: StudyPlan, { feature, dose }: Selection): StudyRun {
  const key = runKey('B', plan.task, studiedCondition(plan, feature, dose));
  const run = runs.find((one) => one.key === key);
  if (run) return run;
  throw new SextantError('INTEGRITY', `the claim's own run "${key}" is missing`, { field: 'run', value: key });
}

/**
 * The claim of a study from nothing but its stored runs, the plan and what was chosen on split A. Pure: recomputing it
 * gives the same claim to the last bit.
 */
export function recomputeClaim(runs: readonly StudyRun[], plan: StudyPlan, selection: Selection, context: ClaimContext): Claim {
  return claimOf({ runs, effects: recomputeEffects(runs, plan), plan, selection, context });
}

export interface ClaimSources {
  runs: readonly StudyRun[];
  /** Of the same runs and plan. */
  effects: readonly StudyEffect[];
  plan: StudyPlan;
  selection: Selection;
  context: ClaimContext;
}

/** The claim that follows from effects already computed. */
export function claimOf({ runs, effects, plan, selection, context }: ClaimSources): Claim {
  const run = claimRun(runs, plan, selection);
  const effect = effects.find((one) => one.run === run.key && one.metric === 'margin')!;
  const before = baselineOf(run, runs);
  const signOf = signOfItems(plan)(plan.task);
  const pairs = pairMargins(before.results, run.results, signOf);
  const differences = pairs.map(({ difference }) => difference);
  const clusters = pairs.map(({ cluster }) => cluster);
  const level = 1 - plan.alpha;
  const fit = clusterMean(differences, clusters, { level });
  if (!fit.defined) throw new SextantError('INVALID_INPUT', `no claim can be made of "${run.key}": ${fit.reason}`, { field: 'run', value: run.key });
  const controls = controlsAt(effects, plan, selection);
  const differencesOf = (control: StudyEffect) =>
    pairMargins(before.results, runs.find(({ key }) => key === control.run)!.results, signOf).map(({ difference }) => difference);
  const evidence: Evidence = {
    predicted: selection.predicted,
    effect,
    q: effect.q!,
    perplexityRatio: effect.perplexityRatio,
    equivalence: twoOneSided(fit, plan.minimumEffect, plan.alpha),
    strongestControl: strongestOf(controls, selection.predicted, (control) => {
      const own = differencesOf(control);
      const difference = differences.map((value, i) => value - own[i]!);
      const paired = clusterMean(difference, clusters, { level });
      const estimate = mean(difference);
      return paired.defined ? { estimate, lo: paired.lo, hi: paired.hi } : { estimate, lo: -Infinity, hi: Infinity };
    }),
  };
  const { status, reasons } = decideClaim(evidence, plan);
  const { gains, losses } = countFlips(pairs);
  const choice = effects.find((one) => one.run === run.key && one.metric === 'choice')!;
  const direction = Math.sign(effect.estimate);
  const family = effects.filter(({ task, metric, q }) => task === plan.task && metric === 'margin' && q !== null);
  const intervention = run.intervention!;
  return {
    id: hashJson({ study: context.study, run: run.key }).slice(0, 24),
    study: context.study,
    statement: statementOf({ effect, plan, label: context.label, intervention }),
    status,
    feature: { dictionary: plan.dictionary, index: selection.feature, label: context.label },
    intervention,
    interventionHash: run.interventionHash!,
    task: plan.task,
    metric: 'margin',
    dose: selection.dose,
    estimate: effect.estimate,
    lo: effect.lo,
    hi: effect.hi,
    p: effect.p,
    q: effect.q!,
    n: effect.n,
    clusters: effect.clusters,
    familySize: family.length,
    normRatio: measured(effect, 'normRatio'),
    perplexityRatio: measured(effect, 'perplexityRatio'),
    kl: measured(effect, 'kl'),
    rateBaseline: clusterProportion(pairs.map(({ baseline }) => baseline > 0), clusters, level),
    rateSteered: clusterProportion(pairs.map(({ steered }) => steered > 0), clusters, level),
    antiSteerable: clusterProportion(differences.map((value) => Math.sign(value) === -direction && value !== 0), clusters, level),
    standardised: effect.estimate / standardDeviation(differences),
    minimumDetectable: fit.se * detectableNoncentrality(fit.df, 0.8, { alpha: plan.alpha }),
    specificity: specificity(differences, controls.filter(({ kind }) => isControl(kind) && drawnKinds.includes(kind)).map(differencesOf), clusters, plan.alpha),
    controls: controlKinds.flatMap((kind) => summarise(kind, controls)),
    reasons: [
      ...reasons,
      `Choices: ${gains} items gained the studied choice and ${losses} lost it (exact McNemar p = ${choice.p.toPrecision(2)}).`,
      `Design effect of the clusters: ${fit.designEffect.toFixed(2)}.`,
      ...sabotageNote(plan),
    ],
    sideEffects: sideEffectsOf(effects, plan, selection),
    hook: intervention.hook,
    estimatorVersion,
    createdAt: context.createdAt,
  };
}

function measured(effect: StudyEffect, figure: 'normRatio' | 'perplexityRatio' | 'kl'): number {
  const value = effect[figure];
  if (value !== null) return value;
  throw new SextantError('INTEGRITY', `the run "${effect.run}" was stored without its ${figure}`, { field: figure, value });
}

/** Control effects on the studied task at the chosen dose; the sign-reversed one and the reconstruction belong to every dose. */
function controlsAt(effects: readonly StudyEffect[], plan: StudyPlan, { dose }: Selection): StudyEffect[] {
  return effects.filter(
    ({ kind, task, metric, dose: at }) => isControl(kind) && task === plan.task && metric === 'margin' && (!drawnKinds.includes(kind) || at === dose),
  );
}

function strongestOf(controls: readonly StudyEffect[], predicted: -1 | 1, beyond: (control: StudyEffect) => Claim['specificity']): Evidence['strongestControl'] {
  if (controls.length === 0) return null;
  const strongest = controls.reduce((best, control) => (predicted * control.estimate > predicted * best.estimate ? control : best));
  return { name: nameOf(strongest), estimate: strongest.estimate, beyond: beyond(strongest) };
}

function nameOf({ kind, feature }: StudyEffect): string {
  if (kind === 'density-matched') return `feature ${feature}, which fires about as often`;
  const names: Partial<Record<StudyEffect['kind'], string>> = {
    'random-direction': 'a random direction',
    'sign-reversed': 'the reversed dose',
    reconstruction: 'the dictionary’s reconstruction alone',
  };
  return names[kind] ?? kind;
}

function summarise(kind: ControlKind, controls: readonly StudyEffect[]): Claim['controls'] {
  const estimates = controls.filter((control) => control.kind === kind).map(({ estimate }) => estimate);
  if (estimates.length === 0) return [];
  return [{ kind, count: estimates.length, estimate: mean(estimates), lo: Math.min(...estimates), hi: Math.max(...estimates) }];
}

function sideEffectsOf(effects: readonly StudyEffect[], plan: StudyPlan, { feature, dose }: Selection): Claim['sideEffects'] {
  return effects
    .filter((one) => one.task !== plan.task && one.metric === 'margin' && one.feature === feature && one.dose === dose && one.q !== null)
    .map(({ task, dose: at, estimate, lo, hi, q, n }) => ({ task, dose: at, effect: { estimate, lo, hi }, q, n }));
}

function sabotageNote({ sabotage }: StudyPlan): string[] {
  if (sabotage === 'none') return [];
  const what = sabotage === 'shuffled-labels' ? 'every item’s margin has a random sign' : 'a random direction stands in the feature’s place';
  return [`This study is a sabotage: ${what}, so it should confirm nothing.`];
}

