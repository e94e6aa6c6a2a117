import type { Executor } from '@sextant/jobs';
import type { StudyStage } from '@sextant/schema';
import { timestamp } from '@sextant/store';
import { runStudy, type StudyEffect } from '@sextant/studies';
import { backend } from '../backend';
import { resident } from '../resident';
import { steeringSources } from '../steeringSources';
import { flippedReplies } from '../study/flippedReplies';
import { studyMaterials } from '../study/materials';
import { storedRuns, storeRun } from '../study/storedRuns';

const stageNames = ['propose', 'screen', 'confirm', 'side effects', 'decide'] as const;

export const studyRun: Executor<'study.run'> = {
  kind: 'study.run',
  async run(context) {
    const { spec: plan, lab, job, signal, progress, log } = context;
    await backend();
    const model = await resident.model(lab, plan.model);
    const dictionary = await resident.dictionary(lab, plan.dictionary);
    const statistics = await resident.featureIndex(lab, plan.featureIndex);
    const study = lab.studies.open({ plan, job: job.id, experiment: job.experiment ?? undefined });
    const owner = { study, model: plan.model, seed: plan.seed, job };
    const { runs: earlier, ids } = storedRuns(lab, study);
    const stages = new StageLog((all) => lab.studies.update(study, { status: 'running', stages: all }));

    const label = (feature: number) => lab.features.labels(plan.dictionary, [feature]).get(feature) ?? null;
    const result = await runStudy(
      plan,
      {
        ...studyMaterials(plan, model),
        study,
        model,
        dictionary,
        statistics: {
          n: dictionary.n,
          maxActivation: (feature) => statistics.maxActivation(feature),
          density: (feature) => statistics.density(feature),
          label,
        },
        onFreeze: (hash) => {
          lab.studies.freeze(study, hash);
          log(`plan frozen as ${hash}`);
        },
        onRun: (run) => void ids.set(run.key, storeRun(lab, run, owner)),
        onCandidates: (candidates) => lab.studies.update(study, { candidates }),
        onSelected: (selection) => log(selection ? `chosen on split A: feature ${selection.feature} × ${selection.dose}` : 'nothing passed the screen'),
      },
      {
        signal,
        resume: earlier,
        onProgress: (report) => {
          stages.enter(report.stage);
          progress(report);
        },
      },
    );
    log(result.conclusion);

    const runId = (key: string) => ids.get(key) ?? '';
    const stored = ({ run, baselineRun, ...effect }: StudyEffect) => ({ ...effect, run: runId(run), baselineRun: runId(baselineRun) });
    lab.transact(() => {
      lab.studies.saveEffects(study, result.effects.map(stored));
      for (const claim of result.claims) {
        const own = result.effects.find((effect) => effect.metric === 'margin' && effect.intervention === claim.interventionHash && effect.task === claim.task);
        if (own) lab.claims.save({ ...claim, steeredRun: runId(own.run), baselineRun: runId(own.baselineRun) });
      }
    });
    for (const claim of result.claims) {
      const { baselineRun, steeredRun } = lab.claims.runs(claim.id);
      const sources = await steeringSources(lab, claim.intervention);
      const [baseline, steered] = [lab.runs.itemResults(baselineRun), lab.runs.itemResults(steeredRun)];
      const replies = await flippedReplies({ model, intervention: claim.intervention, sources, baseline, steered, signal });
      lab.runs.saveReplies(baselineRun, replies.baseline);
      lab.runs.saveReplies(steeredRun, replies.steered);
    }
    stages.finish(result.conclusion);
    lab.studies.update(study, { status: 'finished', stages: stages.all });
    return { study, claims: result.claims.map(({ id, status }) => ({ id, status })), conclusion: result.conclusion };
  },
};

/** The study's stages with their times, written down whenever one begins. */
class StageLog {
  readonly all: StudyStage[] = stageNames.map((name) => ({ name, status: 'pending', startedAt: null, finishedAt: null, summary: null }));

  constructor(private readonly write: (stages: StudyStage[]) => void) {}

  enter(name: string): void {
    const entered = this.all.find((stage) => stage.name === name);
    if (!entered || entered.status !== 'pending') return;
    this.#close();
    Object.assign(entered, { status: 'running', startedAt: timestamp() });
    this.write(this.all);
  }

  finish(summary: string): void {
    this.#close();
    const last = this.all.at(-1);
    if (last) last.summary = summary;
  }

  #close(): void {
    for (const stage of this.all) if (stage.status === 'running') Object.assign(stage, { status: 'done', finishedAt: timestamp() });
  }
}
