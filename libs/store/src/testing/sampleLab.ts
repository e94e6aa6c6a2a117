import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashJson, studySpec, type ArtifactKind, type Intervention, type ItemResult } from '@sextant/schema';
import { openDatabase, type DatabaseDriver } from '../database';
import { openLab, type Lab } from '../lab';

/** A lab in a folder of its own that is removed at the end of the scope: `using lab = temporaryLab()`. */
export function temporaryLab(options: { driver?: DatabaseDriver } = {}): Lab & Disposable {
  const dir = mkdtempSync(join(tmpdir(), 'sextant-lab-'));
  const lab = openLab(dir, options);
  return {
    ...lab,
    [Symbol.dispose]() {
      lab.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Whether a driver's native part is on this machine; tests of the other driver run all the same. */
export function hasDriver(driver: DatabaseDriver): boolean {
  try {
    openDatabase(':memory:', driver).connection.close();
    return true;
  } catch {
    return false;
  }
}

/** Commits an artifact that holds `files`. @returns its digest */
export async function commitFiles(lab: Lab, kind: ArtifactKind, files: Record<string, string>, parents: string[] = []): Promise<string> {
  const staged = lab.artifacts.stage(kind);
  for (const [path, content] of Object.entries(files)) writeFileSync(join(staged.dir, path), content);
  const provenance = { kind: 'test', config: {}, parents, seed: null, backend: null, codeVersion: 'test' };
  return (await lab.artifacts.commit(staged, { provenance, name: kind })).digest;
}

export interface SampleLab {
  model: string;
  corpus: string;
  activations: string;
  dictionary: string;
  featureIndex: string;
  study: string;
  claim: string;
  baselineRun: string;
  steeredRun: string;
  items: { baseline: ItemResult[]; steered: ItemResult[] };
}

const hook = 'blocks.1.hook_resid_post';

/**
 * Fills a lab with one of everything, from a model to a claim with its items, with made-up numbers: for tests of what
 * is kept and shown, never of what is computed. Item i has margins −2 + i (baseline) and 2 − i (steered).
 */
export async function fillSampleLab(lab: Lab, { features = 40, items = 5 } = {}): Promise<SampleLab> {
  const model = await commitFiles(lab, 'model', { 'config.json': '{}', 'model.safetensors': 'weights' });
  lab.models.save({
    digest: model,
    name: 'sample',
    family: 'llama',
    parameters: 1000,
    config: { nLayers: 2 },
    hookPoints: [{ name: hook, shape: ['batch', 'length', 8] }],
    card: null,
  });
  const corpus = await commitFiles(lab, 'corpus', { 'corpus.json': '{}' }, [model]);
  lab.corpora.save({ digest: corpus, name: 'world', model, source: { kind: 'world', seed: 1 }, tokens: 1280, rows: 10, documents: 12, contextLength: 128 });
  const activations = await commitFiles(lab, 'activations', { 'activations.json': '{}' }, [model, corpus]);
  lab.activations.save({ digest: activations, name: 'sample', model, corpus, hook, dtype: 'f16', dModel: 8, tokens: 1270, shards: 1, meanNorm: 2.5 });
  const dictionary = await commitFiles(lab, 'dictionary', { 'sae_weights.safetensors': 'weights' }, [activations]);
  lab.dictionaries.save({
    digest: dictionary,
    name: 'topk',
    architecture: 'topk',
    d: 8,
    n: features,
    k: 4,
    hook,
    model,
    activations,
    scores: null,
    trainedTokens: 1000,
    seed: 1,
  });
  const featureIndex = await commitFiles(lab, 'features', { 'features.json': '{}' }, [dictionary, activations]);
  lab.features.save(
    { digest: featureIndex, dictionary, activations, model, features, tokens: 1270 },
    Array.from({ length: features }, (_, index) => ({
      index,
      // A permutation with ties, so that sorting by it is neither the index order nor unique.
      density: ((index * 7) % 10) / 100,
      maxActivation: 1 + index / 10,
      meanActivation: 0.5 + ((index * 3) % 7) / 10,
      decoderNorm: 1,
      topTokens: index % 5 === 0 ? [' cat', ' dog'] : [' 100%', `t${index}`],
    })),
  );

  const intervention: Intervention = {
    version: 1,
    hook,
    operations: [{ kind: 'clamp', feature: { dictionary, index: 3 }, dose: 2 }],
    scope: { tokens: 'all', special: false },
    conflict: 'refuse',
  };
  const interventionHash = lab.interventions.save(intervention);
  const plan = studySpec.parse({ name: 'sample study', model, dictionary, featureIndex, hypothesis: 'Feature 3 lowers the margin.' });
  const study = lab.studies.open({ plan });
  lab.studies.freeze(study, hashJson(plan));

  const result = (margin: (index: number) => number) =>
    Array.from({ length: items }, (_, index): ItemResult => ({
      item: hashJson({ index }),
      cluster: `c${index % 2}`,
      split: 'B',
      prompt: `Is ${index} even?`,
      choices: ['yes', 'no'],
      gold: [1, 0],
      choiceLogProbs: [margin(index) / 2, 0 - margin(index) / 2],
      margin: margin(index),
      correct: margin(index) > 0 ? 1 : 0,
    }));
  const baseline = result((index) => -2 + index);
  const steered = result((index) => 2 - index);
  const common = { task: 'world:sycophancy', model, scoring: 'sum', seed: 0, study };
  const baselineRun = lab.runs.open({ ...common, key: hashJson({ run: 'baseline', study }), condition: 'baseline' }).id;
  const steeredRun = lab.runs.open({ ...common, key: hashJson({ run: 'steered', study }), condition: 'feature 3 × 2', intervention: interventionHash }).id;
  lab.runs.saveItems(baselineRun, baseline);
  lab.runs.saveItems(steeredRun, steered);
  lab.runs.finish(baselineRun, { metrics: { accuracy: { estimate: 0.4, lo: 0.1, hi: 0.7 }, margin: null } });
  lab.runs.finish(steeredRun, { figures: { perplexityRatio: 1.02 } });

  const inference = { n: items, clusters: 2, estimate: 0, se: 0.1, lo: -0.2, hi: 0.2, p: 0.5, q: 0.5 };
  const figures = { rateBaseline: 0.4, rateSteered: 0.4, perplexityRatio: 1.02, normRatio: 0.1, kl: 0.01 };
  const measured = { task: common.task, metric: 'margin', baselineRun, method: 'cluster-t', estimatorVersion: 'test' };
  lab.studies.saveEffects(study, [
    { ...inference, ...figures, ...measured, condition: 'feature 3 × 2', kind: 'feature', feature: 3, dose: 2, intervention: interventionHash, run: steeredRun },
  ]);
  const claim = 'claim_sample';
  const interval = { estimate: 0, lo: -0.2, hi: 0.2 };
  lab.claims.save({
    ...inference,
    q: 0.5,
    id: claim,
    study,
    statement: 'Clamping feature 3 at 2 × its max leaves the margin as it was.',
    status: 'null',
    feature: { dictionary, index: 3, label: null },
    intervention,
    interventionHash,
    task: common.task,
    metric: 'margin',
    dose: 2,
    familySize: 6,
    normRatio: 0.1,
    perplexityRatio: 1.02,
    kl: 0.01,
    rateBaseline: interval,
    rateSteered: interval,
    antiSteerable: interval,
    standardised: 0,
    minimumDetectable: 0.3,
    specificity: interval,
    controls: [{ kind: 'random-direction', count: 2, estimate: 0, lo: -0.1, hi: 0.1 }],
    reasons: ['the interval holds 0'],
    sideEffects: [],
    hook,
    estimatorVersion: 'test',
    createdAt: new Date().toISOString(),
    baselineRun,
    steeredRun,
  });
  lab.studies.update(study, { status: 'finished' });
  return { model, corpus, activations, dictionary, featureIndex, study, claim, baselineRun, steeredRun, items: { baseline, steered } };
}
