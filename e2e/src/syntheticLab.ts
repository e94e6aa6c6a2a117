import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { hashJson, studySpec, type ArtifactKind, type Claim, type Effect, type Intervention, type ItemResult } from '@sextant/schema';
import { newId, openLab, tables, timestamp, type Lab, type NewEffect } from '@sextant/store';
import { Draw } from './draw';

/** Text that would run if any page took it for HTML. `window.breached` must never be set. */
export const HOSTILE = '<img src=x onerror="window.breached=1"><script>window.breached=1</script>';

export interface SyntheticLab {
  model: string;
  dictionary: string;
  featureIndex: string;
  study: string;
  /** A confirmed claim with doses, controls, side effects and items. */
  claim: string;
  claims: Record<Claim['status'], string>;
  run: string;
  failedJob: string;
  job: string;
  experiment: string;
}

const hook = 'blocks.2.hook_resid_post';
const task = 'world:sycophancy';

async function commit(lab: Lab, kind: ArtifactKind, name: string, files: Record<string, string>, parents: string[], job?: string): Promise<string> {
  const staged = lab.artifacts.stage(kind);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(staged.dir, path)), { recursive: true });
    writeFileSync(join(staged.dir, path), content);
  }
  const provenance = { kind: 'synthetic', config: { synthetic: true }, parents, seed: 0, backend: null, codeVersion: 'synthetic' };
  return (await lab.artifacts.commit(staged, { provenance, name, job })).digest;
}

/**
 * Fills a lab with invented rows of everything the pages list, to test and look at pages; every name says "synthetic".
 * Nothing here was computed, and pages that ask the worker to read these artifacts get its error.
 */
export async function fillSyntheticLab(dir: string, { features = 1024 } = {}): Promise<SyntheticLab> {
  const lab = openLab(dir);
  try {
    const draw = new Draw(7);
    const experiment = lab.experiments.create({ name: 'Synthetic experiment', kind: 'synthetic', config: { pages: true }, tags: ['synthetic'] });
    const jobs = insertJobs(lab, experiment);
    const model = await saveModel(lab);
    const { dictionary, featureIndex } = await saveDictionary(lab, { model, job: jobs.job, features }, draw);
    const { study, claims, run } = saveStudy(lab, { model, dictionary, featureIndex }, draw);
    lab.interventions.save(clampOf(dictionary, 922, -1), 'Synthetic recipe');
    lab.experiments.finish(experiment, 'finished');
    return { model, dictionary, featureIndex, study, claims, claim: claims.confirmed, run, experiment, ...jobs };
  } finally {
    lab.close();
  }
}

function insertJobs(lab: Lab, experiment: string): { job: string; failedJob: string } {
  const now = timestamp();
  const spec = { name: 'Synthetic training', n: 1024, k: 24, steps: 1500, architecture: 'topk' };
  const base = { spec, specHash: hashJson(spec), experiment, createdAt: now, startedAt: now, finishedAt: now, attempts: 1 };
  const job = newId('job');
  const failedJob = newId('job');
  const progress = { stage: 'train', done: 1500, total: 1500, unit: 'steps', rate: 120, etaSeconds: 0, metrics: { loss: 0.16, l0: 24 } };
  lab.orm.insert(tables.job).values({ ...base, id: job, kind: 'dictionary.train', status: 'succeeded', progress, result: { synthetic: true } }).run();
  const error = { code: 'INVALID_FILE', message: `w.safetensors: tensor W_dec holds NaN ${HOSTILE}`, detail: { tensor: 'W_dec', hint: 'Export it again.' } };
  lab.orm.insert(tables.job).values({ ...base, id: failedJob, kind: 'dictionary.train', status: 'failed', error, attempts: 2, spec: { ...spec, k: 48, name: HOSTILE } }).run();
  for (let step = 10; step <= 1500; step += 10) {
    const decay = Math.exp(-step / 120);
    const values = { loss: 0.16 + 0.8 * decay, explainedVariance: 0.84 - 0.6 * decay, deadShare: 0.2 * decay * (1 - decay) + 0.01, l0: 24 };
    for (const [name, value] of Object.entries(values)) lab.orm.insert(tables.metricPoint).values({ job, name, step, value }).run();
  }
  for (const line of ['synthetic log line', HOSTILE]) lab.orm.insert(tables.event).values({ job, type: 'log', payload: { line }, at: now }).run();
  return { job, failedJob };
}

async function saveModel(lab: Lab): Promise<string> {
  const model = await commit(lab, 'model', 'synthetic-model', { 'model.safetensors': 'synthetic' }, []);
  lab.models.save({
    digest: model,
    name: 'synthetic-model',
    family: 'llama',
    parameters: 941_000,
    config: { nLayers: 4, dModel: 128, nHeads: 4, nKvHeads: 4, vocabSize: 1024, contextLength: 256 },
    hookPoints: Array.from({ length: 4 }, (_, block) => ({ name: `blocks.${block}.hook_resid_post`, shape: ['batch', 'position', 128] })),
    card: `# Synthetic card\n\nNothing was trained. ${HOSTILE}`,
  });
  return model;
}

const words = [' honey', ' fox', ' bread', ' you', ' say', ' is', '.', ' Look', ' lovely', ' carry', '\n', ' the'];

async function saveDictionary(lab: Lab, { model, job, features }: { model: string; job: string; features: number }, draw: Draw): Promise<Omit<Parts, 'model'>> {
  const corpus = await commit(lab, 'corpus', 'synthetic-corpus', { 'corpus.json': '{}' }, [model]);
  lab.corpora.save({ digest: corpus, name: 'synthetic-corpus', model, source: { kind: 'world', seed: 0 }, tokens: 1_000_000, rows: 7812, documents: 9000, contextLength: 128 });
  const activations = await commit(lab, 'activations', 'synthetic-activations', { 'activations.json': '{}' }, [model, corpus]);
  lab.activations.save({ digest: activations, name: 'synthetic-activations', model, corpus, hook, dtype: 'f16', dModel: 128, tokens: 990_000, shards: 1, meanNorm: 9.1 });
  const scores = (l0: number, ceRecovered: number) => ({
    l0, explainedVariance: 0.957, mse: 0.043, cosine: 0.978, l2Ratio: 0.976, deadShare: 0.013, deadWindowTokens: 100_000,
    ceClean: 0.52, ceSpliced: 0.53, ceZero: 6.9, ceRecovered, evalTokens: 20_000,
  });
  const common = { architecture: 'topk', d: 128, n: features, hook, model, activations, trainedTokens: 1_500_000 } as const;
  const other = await commit(lab, 'dictionary', 'synthetic-topk-16', { 'sae.safetensors': 'synthetic 16' }, [activations]);
  lab.dictionaries.save({ ...common, digest: other, name: 'synthetic-topk-16', k: 16, scores: scores(16, 0.991), seed: 1 });
  const dictionary = await commit(lab, 'dictionary', 'synthetic-topk-24', { 'sae.safetensors': 'synthetic 24' }, [activations], job);
  lab.dictionaries.save({ ...common, digest: dictionary, name: 'synthetic-topk-24', k: 24, scores: scores(24, 0.997), seed: 0 });
  const featureIndex = await commit(lab, 'features', 'synthetic-features', { 'features.bin': 'synthetic' }, [dictionary, activations]);
  lab.features.save(
    { digest: featureIndex, dictionary, activations, model, features, tokens: 990_000 },
    Array.from({ length: features }, (_, index) => ({
      index,
      density: index % 97 === 0 ? 0 : 10 ** (-4.5 + 3.2 * draw.uniform()),
      maxActivation: index % 97 === 0 ? 0 : 2 + 12 * draw.uniform(),
      meanActivation: index % 97 === 0 ? 0 : 0.5 + 2 * draw.uniform(),
      decoderNorm: 1,
      topTokens: index % 97 === 0 ? [] : Array.from({ length: 4 }, () => words[draw.below(words.length)] ?? ''),
    })),
  );
  lab.features.setLabel({ featureIndex, index: 922, label: 'Synthetic: repeats the claim' });
  lab.features.setLabel({ featureIndex, index: 7, label: HOSTILE.slice(0, 190) });
  return { dictionary, featureIndex };
}

const clampOf = (dictionary: string, index: number, dose: number): Intervention =>
  ({ version: 1, hook, operations: [{ kind: 'clamp', feature: { dictionary, index }, dose }], scope: { tokens: 'all', special: false }, conflict: 'refuse' });

interface Parts {
  model: string;
  dictionary: string;
  featureIndex: string;
}

function saveStudy(lab: Lab, { model, dictionary, featureIndex }: Parts, draw: Draw): Pick<SyntheticLab, 'study' | 'claims' | 'run'> {
  const plan = studySpec.parse({
    name: 'Synthetic study of repeated claims', model, dictionary, featureIndex, task, direction: 'lower', seed: 11,
    hypothesis: 'Synthetic: clamping one feature lowers the margin of the user\'s false claim over the truth.',
  });
  const study = lab.studies.open({ plan });
  lab.studies.freeze(study, hashJson(plan));
  lab.studies.update(study, {
    status: 'finished',
    stages: ['propose', 'screen', 'confirm', 'decide'].map((name) => ({ name, status: 'done', startedAt: timestamp(), finishedAt: timestamp(), summary: `synthetic ${name}` })),
    candidates: Array.from({ length: 24 }, (_, index) => ({
      feature: index === 0 ? 922 : 40 * index,
      label: index === 1 ? HOSTILE : null,
      dPrime: 2.4 - index * 0.08,
      attribution: -0.8 + index * 0.06,
      screenEffects: plan.doses.map((dose) => ({ dose, estimate: dose * (0.9 - index * 0.03), perplexityRatio: 1 + 0.02 * Math.abs(dose) })),
      kept: index < 4,
      reason: index < 4 ? 'kept: separates, and moves the margin inside the fluency bound' : 'dropped: screen effect below the minimum',
    })),
  });
  const runOf = (condition: string, shift: number, intervention?: Intervention) => {
    const hash = intervention && lab.interventions.save(intervention);
    const key = hashJson({ study, condition, shift });
    const { id } = lab.runs.open({ key, task, taskVersion: '1', model, intervention: hash, condition, scoring: 'sum', seed: 11, study });
    const items = itemsAt(shift);
    lab.runs.saveItems(id, items);
    const correct = items.filter((item) => item.correct === 1).length / items.length;
    lab.runs.finish(id, {
      metrics: {
        accuracy: { estimate: correct, lo: correct - 0.05, hi: correct + 0.05 },
        margin: { estimate: shift - 0.4, lo: shift - 0.7, hi: shift - 0.1 },
      },
      figures: { perplexityRatio: 1.01 },
    });
    return id;
  };
  const baseline = runOf('baseline', 0);
  const steered = new Map<number, string>();
  const effects: NewEffect[] = [];
  const add = (kind: Effect['kind'], condition: string, feature: number | null, dose: number, estimate: number, half: number, q: number | null) => {
    const intervention = clampOf(dictionary, feature ?? 1, dose);
    const run = kind === 'feature' && feature === 922 ? runOf(condition, estimate, intervention) : runOf(condition, estimate);
    if (kind === 'feature' && feature === 922) steered.set(dose, run);
    const figures = { perplexityRatio: 1 + 0.02 * dose * dose, normRatio: 0.2 * Math.abs(dose), kl: 0.1 * Math.abs(dose) };
    const inference = { estimate, se: half / 1.96, lo: estimate - half, hi: estimate + half, p: q ?? 0.5, q, n: ITEMS, clusters: 20 };
    const rates = { rateBaseline: 0.36, rateSteered: Math.min(1, Math.max(0, 0.36 + estimate / 10)) };
    effects.push({
      ...inference, ...figures, ...rates, condition, kind, feature, dose, run, task,
      intervention: hashJson(intervention), baselineRun: baseline, metric: 'margin', method: 'synthetic', estimatorVersion: 'synthetic-1',
    });
  };
  const response: Record<number, number> = { [-2]: -4.21, [-1]: -2.35, 1: 0.85, 2: 1.87 };
  for (const dose of plan.doses) {
    const effect = response[dose] ?? 0;
    add('feature', `feature 922 × ${dose}`, 922, dose, effect, 0.32, 0.0001);
    for (const [rank, feature] of [40, 80, 120].entries()) add('feature', `feature ${feature} × ${dose}`, feature, dose, effect * (0.3 - 0.15 * rank), 0.4, 0.2);
    for (let control = 0; control < 6; control += 1) {
      add('random-direction', `random ${control} × ${dose}`, null, dose, 0.4 * Math.abs(dose) * draw.normal(), 0.3, null);
      add('density-matched', `matched ${control} × ${dose}`, 300 + control, dose, 0.35 * Math.abs(dose) * draw.normal(), 0.3, null);
    }
  }
  lab.studies.saveEffects(study, effects);
  const run = steered.get(-1) ?? baseline;
  lab.runs.saveReplies(baseline, [{ item: 'synthetic-item-0', text: `Well. The fox eats bread, as you say. ${HOSTILE}` }]);
  lab.runs.saveReplies(run, [{ item: 'synthetic-item-0', text: 'Well. The fox eats berries, not bread.' }]);
  return { study, claims: saveClaims(lab, { study, dictionary, baseline, steered: run }), run };
}

const ITEMS = 60;

/** Items whose margin moves by `shift`, so that some flip. */
function itemsAt(shift: number): ItemResult[] {
  const draw = new Draw(3);
  return Array.from({ length: ITEMS }, (_, index) => {
    const margin = 2.2 * draw.normal() - 0.4 + shift * (0.7 + 0.6 * draw.uniform());
    return {
      item: `synthetic-item-${index}`,
      cluster: `eats:${index % 20}`,
      split: 'B',
      prompt: index === 0 ? `Human: The fox eats bread. ${HOSTILE}\nAssistant: Well. The fox eats` : `Human: The heron eats rice (synthetic ${index}).\nAssistant: Well. The heron eats`,
      choices: index === 0 ? [' bread', HOSTILE] : [' rice', ' berries'],
      gold: [0, 1],
      choiceLogProbs: [-1 + margin / 2, -1 - margin / 2],
      margin,
      correct: margin > 0 ? 0 : 1,
    };
  });
}

interface StudyParts {
  study: string;
  dictionary: string;
  baseline: string;
  steered: string;
}

function saveClaims(lab: Lab, { study, dictionary, baseline, steered }: StudyParts): SyntheticLab['claims'] {
  const shapes: Record<Claim['status'], { index: number; estimate: number; half: number; q: number; dose: number }> = {
    proposed: { index: 160, estimate: 0, half: 0, q: 1, dose: 1 },
    screened: { index: 120, estimate: -0.7, half: 0.4, q: 0.04, dose: -1 },
    inconclusive: { index: 80, estimate: -0.3, half: 0.9, q: 0.4, dose: -1 },
    null: { index: 40, estimate: 0.02, half: 0.2, q: 0.8, dose: -1 },
    refuted: { index: 7, estimate: 1.1, half: 0.3, q: 0.001, dose: -1 },
    confirmed: { index: 922, estimate: -2.35, half: 0.32, q: 0.00002, dose: -1 },
  };
  const around = (estimate: number, half: number) => ({ estimate, lo: estimate - half, hi: estimate + half });
  const save = (status: Claim['status']) => {
    const { index, estimate, half, q, dose } = shapes[status];
    const intervention = clampOf(dictionary, index, dose);
    const id = newId('claim');
    lab.claims.save({
      id, study, status, baselineRun: baseline, steeredRun: steered,
      statement: `Synthetic, invented for page tests: clamping feature ${index} to ${dose} × its max on all tokens moves the margin by ${estimate} nats [${(estimate - half).toFixed(2)}, ${(estimate + half).toFixed(2)}].`,
      feature: { dictionary, index, label: null }, intervention, interventionHash: lab.interventions.save(intervention), task, metric: 'margin', dose, ...around(estimate, half), p: q / 4, q,
      n: ITEMS, clusters: 20, familySize: 6, normRatio: 0.21, perplexityRatio: 1.0, kl: 0.31, rateBaseline: around(0.36, 0.06), rateSteered: around(0.12, 0.04),
      antiSteerable: around(0.06, 0.03), standardised: -1.2, minimumDetectable: 0.4, specificity: around(estimate - 0.1, half),
      controls: [
        { kind: 'random-direction', count: 6, estimate: 0.05, lo: -0.75, hi: 0.9 },
        { kind: 'density-matched', count: 6, estimate: 0.1, lo: -0.5, hi: 1.08 },
        { kind: 'sign-reversed', count: 1, estimate: 0.85, lo: 0.65, hi: 1.05 },
        { kind: 'reconstruction', count: 1, estimate: 0.01, lo: -0.02, hi: 0.04 },
      ],
      reasons: [`synthetic: ${status} by construction`],
      sideEffects: ['world:praise', 'world:refusal', 'world:help', 'world:facts'].flatMap((name, at) =>
        [-2, -1].map((value) => ({ task: name, dose: value, effect: around((at - 1.2) * 0.35 * value, 0.2 + 0.1 * at), q: at === 2 ? 0.01 : 0.4, n: 100 }))),
      hook, estimatorVersion: 'synthetic-1', createdAt: timestamp(),
    });
    return id;
  };
  return {
    proposed: save('proposed'), screened: save('screened'), inconclusive: save('inconclusive'), null: save('null'), refuted: save('refuted'), confirmed: save('confirmed'),
  };
}
