import { findTask, loadItems, runEval } from '@sextant/evals';
import type { Executor } from '@sextant/jobs';
import { hashJson, type ItemResult } from '@sextant/schema';
import { compileIntervention } from '@sextant/steering';
import { backend } from '../backend';
import { codeVersion } from '../provenance';
import { resident } from '../resident';
import { runMetrics } from '../runMetrics';
import { steeringSources } from '../steeringSources';

/** Items written together; a killed run keeps what was written and its resumption scores only the rest. */
const SAVE_EVERY = 200;

export const evalRun: Executor<'eval.run'> = {
  kind: 'eval.run',
  async run(context) {
    const { spec, lab, job, signal, progress } = context;
    const { task } = findTask(spec.task);
    const items = loadItems(spec.task, { split: spec.split, limit: spec.limit, path: spec.path });
    const engine = await backend();
    const model = await resident.model(lab, spec.model);
    const intervention = spec.intervention && lab.interventions.save(spec.intervention);
    const key = hashJson({ ...spec, taskVersion: task.version, items: hashJson(items.map(({ id }) => id)), engine: engine.name, code: codeVersion() });
    lab.runs.saveTask({ name: spec.task, version: task.version, description: task.description });
    const run = lab.runs.open({
      key,
      task: spec.task,
      taskVersion: task.version,
      model: spec.model,
      intervention,
      condition: intervention ? 'steered' : 'baseline',
      scoring: spec.scoring,
      seed: spec.seed,
      job: job.id,
      experiment: job.experiment ?? undefined,
    });
    if (run.status === 'finished') return { run: run.id, n: run.n };
    const compiled = spec.intervention && compileIntervention(spec.intervention, { ...(await steeringSources(lab, spec.intervention)), model });
    const stored = new Set(lab.runs.itemResults(run.id).map(({ item }) => item));
    const left = items.filter(({ id }) => !stored.has(id));
    let unsaved: ItemResult[] = [];
    const save = () => {
      lab.runs.saveItems(run.id, unsaved);
      unsaved = [];
    };
    await runEval({
      model,
      items: left,
      scoring: spec.scoring,
      hooks: compiled?.hooks,
      signal,
      onItem: (result, index) => {
        unsaved.push(result);
        if (unsaved.length >= SAVE_EVERY) save();
        progress({ stage: spec.task, done: stored.size + index + 1, total: items.length, unit: 'items' });
      },
    });
    save();
    const results = lab.runs.itemResults(run.id);
    const normRatio = compiled?.stats().normRatio ?? null;
    lab.runs.finish(run.id, {
      metrics: runMetrics(results),
      figures: normRatio === null ? {} : { normRatio },
    });
    return { run: run.id, n: results.length };
  },
};
