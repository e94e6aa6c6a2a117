import { SextantError, type Effect } from '@sextant/schema';
import { conditionLabel, type StudyCondition } from '../condition';
import { estimatorVersion, type StudyPlan } from '../plan';
import { signOfItems } from '../sabotage';
import { benjaminiHochberg, clusterMean, mcNemar, mean } from '../statistics';
import { proseTask, type StudyRun } from '../studyRun';
import { pairedEffect } from './pairedEffect';
import { pairMargins, type ItemPair } from './pairs';
import { perplexityRatio } from './perplexityRatio';

/** An effect with the runs it was computed from. */
export interface StudyEffect extends Effect {
  task: string;
  /** `margin`: mean difference of margins in nats. `choice`: difference of the share of items that take the studied choice. */
  metric: 'margin' | 'choice';
  /** Keys of the two runs. */
  run: string;
  baselineRun: string;
  estimatorVersion: string;
}

/**
 * Every effect on the confirm split, from nothing but stored runs and the plan: the same runs give the same numbers to
 * the last bit, in whatever order they and their items come. q-values are Benjamini–Hochberg's over the studied
 * feature's doses, and for the side effects over all other tasks and doses; controls have none.
 */
export function recomputeEffects(runs: readonly StudyRun[], plan: StudyPlan): StudyEffect[] {
  const confirm = runs.filter(({ split }) => split === 'B');
  const prose = confirm.filter(({ task }) => task === proseTask);
  const measured = confirm
    .filter(({ task, condition }) => task !== proseTask && condition.kind !== 'baseline' && condition.kind !== 'ablation')
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const effects = measured.flatMap((run) => effectsOf(run, baselineOf(run, confirm), prose, plan));
  const isStudied = ({ kind, metric }: StudyEffect) => (kind === 'feature' || kind === 'vector') && metric === 'margin';
  const own = effects.filter((effect) => isStudied(effect) && effect.task === plan.task);
  const side = effects.filter((effect) => isStudied(effect) && effect.task !== plan.task);
  for (const family of [own, side]) {
    const q = benjaminiHochberg(family.map(({ p }) => p));
    family.forEach((effect, i) => (effect.q = q[i]!));
  }
  return effects;
}

/** The baseline run of the same task and split. @throws SextantError INTEGRITY when it is missing. */
export function baselineOf(run: StudyRun, runs: readonly StudyRun[]): StudyRun {
  const found = runs.find(({ task, split, condition }) => task === run.task && split === run.split && condition.kind === 'baseline');
  if (found) return found;
  throw new SextantError('INTEGRITY', `the run "${run.key}" has no baseline on its task and split`, { field: 'run', value: run.key });
}

function effectsOf(run: StudyRun, before: StudyRun, prose: readonly StudyRun[], plan: StudyPlan): StudyEffect[] {
  const { condition } = run;
  const pairs = pairMargins(before.results, run.results, signOfItems(plan)(run.task));
  const margin = pairedEffect(pairs.map(({ difference }) => difference), pairs.map(({ cluster }) => cluster), {
    alpha: plan.alpha,
    seed: plan.seed,
    label: run.key,
  });
  const common = {
    condition: conditionLabel(condition),
    kind: effectKind(condition),
    feature: condition.feature,
    dose: condition.dose,
    intervention: run.interventionHash ?? '',
    n: margin.n,
    clusters: margin.clusters,
    q: null,
    rateBaseline: mean(pairs.map(({ baseline }) => Number(baseline > 0))),
    rateSteered: mean(pairs.map(({ steered }) => Number(steered > 0))),
    perplexityRatio: ratioUnder(condition, prose),
    normRatio: run.figures['normRatio'] ?? null,
    kl: run.figures['kl'] ?? null,
    task: run.task,
    run: run.key,
    baselineRun: before.key,
    estimatorVersion,
  };
  const { estimate, se, lo, hi, p, method } = margin;
  const effect: StudyEffect = { ...common, metric: 'margin', estimate, se, lo, hi, p, method };
  return effect.kind === 'feature' || effect.kind === 'vector' ? [effect, { ...common, ...choiceEffect(pairs, plan.alpha), metric: 'choice' }] : [effect];
}

/** Difference of the rates of taking the studied choice: cluster-robust interval, exact McNemar p. */
function choiceEffect(pairs: readonly ItemPair[], alpha: number): Pick<Effect, 'estimate' | 'se' | 'lo' | 'hi' | 'p' | 'method'> {
  const { gains, losses } = countFlips(pairs);
  const test = mcNemar(gains, losses);
  const changes = pairs.map(({ baseline, steered }) => Number(steered > 0) - Number(baseline > 0));
  const fit = clusterMean(changes, pairs.map(({ cluster }) => cluster), { level: 1 - alpha });
  const estimate = mean(changes);
  const ends = fit.defined ? { se: fit.se, lo: fit.lo, hi: fit.hi } : { se: 0, lo: estimate, hi: estimate };
  const interval = fit.defined ? 'cluster-robust t interval' : `no interval: ${fit.reason}`;
  const flips = `${gains} items gained the choice, ${losses} lost it`;
  const method = test.defined ? `${interval}; exact McNemar: ${flips}, mid-p ${test.mid}` : `${interval}; McNemar undefined (p stands at 1): ${flips}`;
  return { estimate, ...ends, p: test.defined ? test.exact : 1, method };
}

/** Items whose choice became the studied one, and items that gave it up. */
export function countFlips(pairs: readonly ItemPair[]): { gains: number; losses: number } {
  return {
    gains: pairs.filter(({ baseline, steered }) => baseline <= 0 && steered > 0).length,
    losses: pairs.filter(({ baseline, steered }) => baseline > 0 && steered <= 0).length,
  };
}

function effectKind({ kind }: StudyCondition): Effect['kind'] {
  if (kind !== 'baseline' && kind !== 'ablation') return kind;
  throw new SextantError('INTERNAL', `a ${kind} run has no effect`);
}

function ratioUnder(condition: StudyCondition, prose: readonly StudyRun[]): number | null {
  const label = conditionLabel(condition);
  const steered = prose.find((run) => conditionLabel(run.condition) === label);
  const before = prose.find((run) => run.condition.kind === 'baseline');
  return steered && before ? perplexityRatio(before.results, steered.results) : null;
}
