import type { EvalItem } from '@sextant/evals';
import { SextantError, studySpec, type Claim, type JobSpecInput } from '@sextant/schema';
import type { ConditionSources } from './controls';
import { claimOf } from './inference/claim';
import { recomputeEffects } from './inference/effects';
import { estimatorVersion, frozenHash, ruleVersion, type FrozenPlan, type StudyPlan } from './plan';
import type { Selection } from './screen';
import { confirm, confirmConditions, sideEffects } from './stages/confirm';
import { propose, type Proposal } from './stages/propose';
import { screen, type Screened } from './stages/screenStage';
import { TaskMeter, type MeterSources, type Measured } from './stages/taskMeter';
import type { StudyDeps, StudyOptions, StudyProgress, StudyResult } from './studyDeps';
import { proseTask, type StudyRun } from './studyRun';

/**
 * Runs a study: freezes its plan, proposes and screens features on split A, chooses one feature and dose there by the
 * frozen rule, and only then measures it on split B against its controls. Effects and claims are computed from the runs by
 * the same pure functions that recompute them later.
 * @throws SextantError INVALID_INPUT for a plan or deps that cannot give an answer, CANCELLED on abort.
 */
export async function runStudy(input: JobSpecInput<'study.run'>, deps: StudyDeps, options: StudyOptions = {}): Promise<StudyResult> {
  const plan = studySpec.parse(input);
  const { screenItems, confirmItems } = checkedItems(plan, deps);
  const frozen: FrozenPlan = { plan, ruleVersion, estimatorVersion, screenItems: idsOf(screenItems), confirmItems: idsOf(confirmItems) };
  const hash = frozenHash(frozen);
  await deps.onFreeze?.(hash, frozen);

  const study = new StudyPass(plan, deps, options);
  const { proposal, screened } = await study.splitA(screenItems);
  await deps.onCandidates?.(screened.candidates);
  const { selection, candidates } = screened;
  await deps.onSelected?.(selection);
  const runs = [...proposal.runs, ...screened.runs.filter((run) => !proposal.runs.includes(run))];
  const common = { frozenHash: hash, frozen, candidates, proposalCheck: proposal.check, selection };
  if (!selection) return { ...common, runs, effects: [], claims: [], conclusion: nothingFound(plan, proposal) };

  const hypotheses = new Set(proposal.candidates.map(({ feature }) => feature));
  runs.push(...(await study.splitB(selection, hypotheses, confirmItems)));
  study.begin('decide', 1);
  const effects = recomputeEffects(runs, plan);
  const label = deps.statistics.label?.(selection.feature) ?? null;
  const context = { study: deps.study, label, createdAt: deps.now?.() ?? new Date().toISOString() };
  const claim = claimOf({ runs, effects, plan, selection, context });
  study.step(claim.status);
  return { ...common, runs, effects, claims: [claim], conclusion: conclusionOf(claim) };
}

/** One run through the stages: opens meters, lets go of them, and counts conditions. */
class StudyPass {
  private readonly sources: MeterSources;
  private readonly conditions: ConditionSources;
  private progress: StudyProgress = { stage: 'propose', done: 0, total: 1, unit: 'conditions' };

  constructor(
    private readonly plan: StudyPlan,
    private readonly deps: StudyDeps,
    private readonly options: StudyOptions,
  ) {
    const { model, dictionary, statistics, assistantStart, onRun } = deps;
    const hook = dictionary.hook;
    if (hook === null) throw new SextantError('INVALID_INPUT', 'the dictionary does not say at which hook it was trained', { field: 'dictionary' });
    const completed = new Map((options.resume ?? []).map((run) => [run.key, run]));
    this.sources = { model, dictionary, digest: plan.dictionary, hook, statistics, assistantStart, signal: options.signal, completed, onRun };
    this.conditions = { hook, dictionary: plan.dictionary, scope: plan.scope, statistics };
  }

  begin(stage: StudyProgress['stage'], total: number): void {
    this.progress = { stage, done: 0, total, unit: 'conditions' };
    this.options.onProgress?.(this.progress);
  }

  readonly step = (message: string): void => {
    const { done, total } = this.progress;
    this.progress = { ...this.progress, done: done + 1, total: Math.max(total, done + 1), message };
    this.options.onProgress?.(this.progress);
  };

  async splitA(items: readonly EvalItem[]): Promise<{ proposal: Proposal; screened: Screened }> {
    const { plan, deps, sources, conditions, step } = this;
    return this.withMeters([[plan.task, 'A', { items }], [proseTask, 'A', { prose: everyOther(deps.prose, 0) }]], async (meter, prose) => {
      this.begin('propose', 2 + plan.propose.ablationSample);
      const proposal = await propose({ plan, deps, sources, conditions, items, meter: meter!, step });
      this.begin('screen', proposal.candidates.length * plan.doses.length + plan.propose.screened * plan.doses.length);
      const screened = await screen({
        ...{ plan, conditions, step },
        candidates: proposal.candidates,
        meter: meter!,
        prose: prose!,
        before: proposal.runs[0]!,
        labelOf: (feature) => deps.statistics.label?.(feature) ?? null,
      });
      return { proposal, screened };
    });
  }

  async splitB(selection: Selection, hypotheses: ReadonlySet<number>, items: readonly EvalItem[]): Promise<StudyRun[]> {
    const { plan, deps, conditions, step } = this;
    const base = { plan, selection, conditions, hypotheses, step };
    const { studied, controls } = confirmConditions(base);
    this.begin('confirm', studied.length + controls.length);
    const measured: [string, 'B', Measured][] = [[plan.task, 'B', { items }], [proseTask, 'B', { prose: everyOther(deps.prose, 1) }]];
    const runs = await this.withMeters(measured, (meter, prose) => confirm({ ...base, meter: meter!, prose: prose! }));
    const others = (deps.sideTasks ?? []).filter(({ task }) => task !== plan.task);
    this.begin('side effects', others.length * plan.doses.length);
    for (const { task, items: all } of others) {
      const own = all.filter(({ split }) => split === 'B').slice(0, plan.items.sideEffects);
      if (own.length === 0) continue;
      runs.push(...(await this.withMeters([[task, 'B', { items: own }]], (meter) => sideEffects({ ...base, meter: meter! }))));
    }
    return runs;
  }

  private async withMeters<T>(wanted: [string, 'A' | 'B', Measured][], use: (...meters: TaskMeter[]) => Promise<T>): Promise<T> {
    const meters: TaskMeter[] = [];
    try {
      for (const [task, split, measured] of wanted) meters.push(await TaskMeter.open(task, split, measured, this.sources));
      return await use(...meters);
    } finally {
      meters.forEach((meter) => meter.dispose());
    }
  }
}

function checkedItems(plan: StudyPlan, { items, prose }: StudyDeps): { screenItems: EvalItem[]; confirmItems: EvalItem[] } {
  const refuse = (message: string, field: string, value: unknown): never => {
    throw new SextantError('INVALID_INPUT', message, { field, value });
  };
  if (plan.doses.length === 0 || plan.doses.some((dose) => dose === 0)) refuse('a study needs doses other than 0', 'doses', plan.doses);
  if (new Set(plan.doses).size < plan.doses.length) refuse('the plan names a dose twice', 'doses', plan.doses);
  if (prose.length < 4) refuse(`the perplexity bound needs at least 4 texts of prose, here are ${prose.length}`, 'prose', prose.length);
  const ofSplit = (split: 'A' | 'B', limit: number) => items.filter((item) => item.split === split).slice(0, limit);
  const screenItems = ofSplit('A', plan.items.screen);
  const confirmItems = ofSplit('B', plan.items.confirm);
  for (const [split, chosen] of [['A', screenItems], ['B', confirmItems]] as const) {
    const clusters = new Set(chosen.map(({ cluster }) => cluster)).size;
    if (clusters < 2) refuse(`${plan.task} has ${clusters} clusters of items on split ${split}; an interval needs at least two`, 'task', plan.task);
  }
  const shared = new Set(screenItems.map(({ cluster }) => cluster));
  const both = confirmItems.find(({ cluster }) => shared.has(cluster));
  if (both) refuse(`cluster ${both.cluster} has items on both splits; what is confirmed must be held out`, 'task', both.cluster);
  return { screenItems, confirmItems };
}

const idsOf = (items: readonly EvalItem[]): string[] => items.map(({ id }) => id);

const everyOther = <T>(list: readonly T[], from: 0 | 1): T[] => list.filter((_, i) => i % 2 === from);

function nothingFound(plan: StudyPlan, { candidates, separating }: Proposal): string {
  const { minDPrime, minScreenEffect, maxPerplexityRatio } = plan.propose;
  if (candidates.length === 0) return `No claim: no feature separates the contrast set (d′ > ${minDPrime}).`;
  const bounds = `${minScreenEffect} nats in the predicted direction, beyond random directions and within × ${maxPerplexityRatio} of prose perplexity`;
  return `No claim: ${separating} features separate the contrast set, ${candidates.length} were screened, and none moved the margin by ${bounds}.`;
}

const conclusionOf = ({ status, statement }: Claim): string => `${status[0]!.toUpperCase()}${status.slice(1)}: ${statement}`;
