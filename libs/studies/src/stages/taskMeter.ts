import { gradeOf, marginOf, scoresOf, type EvalItem } from '@sextant/evals';
import { compileIntervention, interventionHash, type AssistantStart } from '@sextant/steering';
import { SextantError, type Intervention, type ItemResult } from '@sextant/schema';
import { ActivationCache } from '../bench/activationCache';
import { itemSequences, proseId, proseSequences } from '../bench/benchSequence';
import type { StudyDictionary, StudyModel } from '../bench/model';
import { ResidualBench } from '../bench/residualBench';
import type { StudyCondition } from '../condition';
import type { FeatureStatistics } from '../controls';
import { runKey, type StudyRun } from '../studyRun';

export interface MeterSources {
  model: StudyModel;
  dictionary: StudyDictionary;
  /** Digest of the dictionary. */
  digest: string;
  hook: string;
  statistics: FeatureStatistics;
  assistantStart?: AssistantStart;
  signal?: AbortSignal;
  /** Runs of an interrupted study, by key. */
  completed: ReadonlyMap<string, StudyRun>;
  onRun?: (run: StudyRun) => void | Promise<void>;
}

/** What is measured: items of a task, or prose. */
export type Measured = { items: readonly EvalItem[] } | { prose: readonly (readonly number[])[] };

/** Measures conditions on the items of one task and split, through one bench. Owns the bench. */
export class TaskMeter {
  private readonly cache: ActivationCache;

  private constructor(
    readonly task: string,
    readonly split: 'A' | 'B',
    readonly bench: ResidualBench,
    private readonly resultsOf: (logProbs: readonly Float64Array[]) => ItemResult[],
    private readonly sources: MeterSources,
  ) {
    this.cache = new ActivationCache(bench, sources.dictionary, sources.digest);
  }

  static async open(task: string, split: 'A' | 'B', measured: Measured, sources: MeterSources): Promise<TaskMeter> {
    const { model, hook, signal } = sources;
    const sequences = 'items' in measured ? itemSequences(measured.items, model.tokenizer) : proseSequences(measured.prose, model.tokenizer.specialIds);
    const bench = await ResidualBench.create({ model, hook, sequences, signal });
    const resultsOf =
      'items' in measured
        ? (logProbs: readonly Float64Array[]) => logProbs.map((sums, i) => itemResult(measured.items[i]!, sums))
        : (logProbs: readonly Float64Array[]) => logProbs.map((sums, i) => proseResult(measured.prose[i]!, sums[0]!, split, model));
    return new TaskMeter(task, split, bench, resultsOf, sources);
  }

  /**
   * Runs one condition, or takes its run from the interrupted study. `figures` also measures ‖Δh‖/‖h‖ and the KL to the baseline.
   * @throws SextantError CONFLICT when the interrupted study's run was made with another intervention.
   */
  async measure(condition: StudyCondition, intervention: Intervention | null, { figures = false }: { figures?: boolean } = {}): Promise<StudyRun> {
    const key = runKey(this.split, this.task, condition);
    const hash = intervention && interventionHash(intervention);
    const done = this.sources.completed.get(key);
    if (done && done.interventionHash === hash) return done;
    if (done) {
      throw new SextantError('CONFLICT', `the run "${key}" of the interrupted study used another intervention; start the study anew`, {
        field: 'resume',
        value: done.interventionHash,
      });
    }
    const { results, measured } = await this.evaluate(intervention, figures);
    const run: StudyRun = { key, task: this.task, split: this.split, condition, intervention, interventionHash: hash, results, figures: measured };
    await this.sources.onRun?.(run);
    return run;
  }

  /** Computes these features' activations on all tokens once, for the conditions to come. */
  prepare(features: readonly number[]): void {
    this.cache.load(features);
  }

  dispose(): void {
    this.cache.dispose();
    this.bench.dispose();
  }

  private async evaluate(intervention: Intervention | null, figures: boolean): Promise<{ results: ItemResult[]; measured: Record<string, number> }> {
    const { model, dictionary, digest, statistics, assistantStart, signal } = this.sources;
    if (!intervention) {
      const { logProbs } = await this.bench.evaluate(null, { signal });
      return { results: this.resultsOf(logProbs), measured: {} };
    }
    const compiled = compileIntervention(intervention, {
      model,
      dictionaries: new Map([[digest, dictionary]]),
      maxActivation: ({ index }) => statistics.maxActivation(index),
      assistantStart,
      knownActivations: this.cache.lookup,
      measure: figures,
    });
    const { logProbs, kl } = await this.bench.evaluate(
      (value, context, batch) => {
        this.cache.reading(batch);
        return compiled.apply(value, context);
      },
      { kl: figures, signal },
    );
    const { normRatio } = compiled.stats();
    const measured: Record<string, number> = {};
    if (kl) measured['kl'] = kl.reduce((total, value) => total + value, 0) / kl.length;
    if (normRatio !== null) measured['normRatio'] = normRatio;
    return { results: this.resultsOf(logProbs), measured };
  }
}

function itemResult(item: EvalItem, sums: Float64Array): ItemResult {
  const choiceLogProbs = Array.from(sums);
  const scores = scoresOf(item, choiceLogProbs, 'sum');
  const { id, cluster, split, prompt, choices, gold } = item;
  return { item: id, cluster, split, prompt, choices, gold, choiceLogProbs, margin: marginOf(item, scores), correct: gradeOf(item, scores) };
}

function proseResult(ids: readonly number[], logProb: number, split: 'A' | 'B', model: StudyModel): ItemResult {
  const id = proseId(ids);
  const tokens = ids.slice(1).filter((token) => !model.tokenizer.specialIds.has(token)).length;
  const margin = logProb / tokens;
  const text = model.tokenizer.decode([...ids]);
  return { item: id, cluster: id, split, prompt: '', choices: [text], gold: [1], choiceLogProbs: [logProb], margin, correct: Math.exp(margin) };
}

