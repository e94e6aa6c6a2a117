import { Rng } from '@sextant/compute';
import type { EvalItem } from '@sextant/evals';
import { baseline } from '../condition';
import { interventionOf, type ConditionSources } from '../controls';
import { pairMargins } from '../inference/pairs';
import type { StudyPlan } from '../plan';
import { attributions, marginWeights, type Attributions } from '../propose/attribution';
import { rankCandidates, type ProposedFeature } from '../propose/candidate';
import { contrastSeparation } from '../propose/contrast';
import { signOfItems } from '../sabotage';
import { mean, spearman } from '../statistics';
import type { ProposalCheck, StudyDeps } from '../studyDeps';
import type { StudyRun } from '../studyRun';
import type { MeterSources, TaskMeter } from './taskMeter';

export interface Proposal {
  candidates: ProposedFeature[];
  /** Features that separate the contrast set, candidates or not. */
  separating: number;
  check: ProposalCheck;
  runs: StudyRun[];
}

export interface ProposeOptions {
  plan: StudyPlan;
  deps: StudyDeps;
  sources: MeterSources;
  conditions: ConditionSources;
  /** The screen items, split A. */
  items: readonly EvalItem[];
  meter: TaskMeter;
  step: (message: string) => void;
}

/** The proposal of the frozen rule, on split A alone: contrast separation, then attribution; and a check of the attribution. */
export async function propose({ plan, deps, sources, conditions, items, meter, step }: ProposeOptions): Promise<Proposal> {
  const { model, dictionary, hook, signal, statistics, assistantStart } = sources;
  const dPrime = await contrastSeparation({ model, dictionary, hook, pairs: deps.contrast, assistantStart, signal });
  step('contrast separation');
  const before = await meter.measure(baseline, null);
  const signOf = signOfItems(plan)(plan.task);
  const weights = items.map((item, i) => marginWeights(before.results[i]!.choiceLogProbs, item.subject, signOf(item.id)));
  const found = await attributions({
    model,
    dictionary,
    bench: meter.bench,
    weights,
    scope: plan.scope,
    maxActivation: (feature) => statistics.maxActivation(feature),
    assistantStart,
    signal,
  });
  step('attribution');
  const features = Array.from({ length: dictionary.n }, (_, feature): ProposedFeature => ({
    feature,
    dPrime: dPrime[feature]!,
    attribution: found.attribution[feature]!,
    gradient: found.gradient[feature]!,
  })).filter(({ feature }) => statistics.maxActivation(feature) > 0);
  const { minDPrime, candidates: count } = plan.propose;
  const candidates = rankCandidates(features, { minDPrime, count });
  const { check, runs } = await checkAttribution({ plan, found, meter, before, conditions, step });
  return { candidates, separating: features.filter((one) => Math.abs(one.dPrime) > minDPrime).length, check, runs: [before, ...runs] };
}

interface CheckOptions {
  plan: StudyPlan;
  found: Attributions;
  meter: TaskMeter;
  before: StudyRun;
  conditions: ConditionSources;
  step: (message: string) => void;
}

/** Exact ablation of features drawn at random among those active on the items, held against their attribution. */
async function checkAttribution({ plan, found, meter, before, conditions, step }: CheckOptions): Promise<{ check: ProposalCheck; runs: StudyRun[] }> {
  const active = Array.from(found.activeShare.keys()).filter((feature) => found.activeShare[feature]! > 0);
  new Rng(plan.seed).fork('ablation sample').shuffle(active);
  const sample = active.slice(0, plan.propose.ablationSample).sort((a, b) => a - b);
  meter.prepare(sample);
  const signOf = signOfItems(plan)(plan.task);
  const runs: StudyRun[] = [];
  for (const feature of sample) {
    const condition = { kind: 'ablation' as const, feature, dose: 0, seed: null };
    runs.push(await meter.measure(condition, interventionOf(condition, feature, conditions)));
    step(`ablation of feature ${feature}`);
  }
  const attributed = sample.map((feature) => found.attribution[feature]!);
  // What a feature contributes is what its ablation takes away.
  const exact = runs.map(({ results }) => -mean(pairMargins(before.results, results, signOf).map(({ difference }) => difference)));
  const rho = spearman(attributed, exact);
  const agreeing = attributed.filter((value, i) => Math.sign(value) === Math.sign(exact[i]!)).length;
  return {
    check: { features: sample.length, spearman: rho.defined ? rho.r : null, signAgreement: sample.length > 0 ? agreeing / sample.length : null },
    runs,
  };
}
