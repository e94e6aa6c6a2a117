import { hashJson, type EvalRun, type JobRecord } from '@sextant/schema';
import { conditionLabel, parseCondition, runKey, type StudyRun } from '@sextant/studies';
import type { Lab } from '@sextant/store';
import { runMetrics } from '../runMetrics';

export interface StudyOwner {
  study: string;
  model: string;
  seed: number;
  job: JobRecord;
}

/** Writes one run of a study and its items. @returns its id in the lab */
export function storeRun(lab: Lab, run: StudyRun, { study, model, seed, job }: StudyOwner): string {
  return lab.transact(() => {
    const { id } = lab.runs.open({
      key: hashJson({ study, run: run.key }),
      task: run.task,
      model,
      intervention: run.intervention === null ? undefined : lab.interventions.save(run.intervention),
      condition: conditionLabel(run.condition),
      scoring: 'sum',
      seed,
      study,
      job: job.id,
      experiment: job.experiment ?? undefined,
    });
    lab.runs.saveItems(id, run.results);
    lab.runs.finish(id, { metrics: runMetrics(run.results), figures: run.figures });
    return id;
  });
}

/** Every finished run of a study as its claims are computed from it, with its id in the lab by key. */
export function storedRuns(lab: Lab, study: string): { runs: StudyRun[]; ids: Map<string, string> } {
  const ids = new Map<string, string>();
  const runs = lab.runs
    .ofStudy(study)
    .filter(({ study: owner, status }) => owner === study && status === 'finished')
    .map((stored) => {
      const run = studyRunOf(lab, stored);
      ids.set(run.key, stored.id);
      return run;
    });
  return { runs, ids };
}

function studyRunOf(lab: Lab, { id, task, condition: label, intervention, figures }: EvalRun): StudyRun {
  const results = lab.runs.itemResults(id);
  const condition = parseCondition(label ?? 'baseline');
  const split = results[0]?.split ?? 'B';
  return {
    key: runKey(split, task, condition),
    task,
    split,
    condition,
    intervention: intervention === null ? null : lab.interventions.get(intervention).intervention,
    interventionHash: intervention,
    results,
    figures,
  };
}
