import type { Candidate, Claim, ClaimStatus, Effect, EvalRun, Intervention, Interval, JobSpec, StudyStage, StudySummary } from '@sextant/schema';
import { foreignKey, index, integer, primaryKey, real, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { dictionary, model } from './artifacts';
import { experiment } from './jobs';

/** Canonical interventions by content hash; a name makes one a saved recipe. */
export const intervention = sqliteTable('intervention', {
  hash: text('hash').primaryKey(),
  name: text('name'),
  body: text('body', { mode: 'json' }).$type<Intervention>().notNull(),
  createdAt: text('created_at').notNull(),
});

export const evalTask = sqliteTable(
  'eval_task',
  {
    name: text('name').notNull(),
    version: text('version').notNull(),
    description: text('description').notNull(),
    createdAt: text('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.name, table.version] })],
);

/** What was asked. The id is the content hash that the eval task computes. */
export const evalItem = sqliteTable('eval_item', {
  id: text('id').primaryKey(),
  task: text('task').notNull(),
  cluster: text('cluster').notNull(),
  prompt: text('prompt').notNull(),
  choices: text('choices', { mode: 'json' }).$type<string[]>().notNull(),
});

export const study = sqliteTable('study', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  hypothesis: text('hypothesis').notNull(),
  task: text('task').notNull(),
  plan: text('plan', { mode: 'json' }).$type<JobSpec<'study.run'>>().notNull(),
  frozenHash: text('frozen_hash'),
  frozenAt: text('frozen_at'),
  status: text('status').$type<StudySummary['status']>().notNull(),
  stages: text('stages', { mode: 'json' }).$type<StudyStage[]>().notNull(),
  candidates: text('candidates', { mode: 'json' }).$type<Candidate[]>().notNull(),
  job: text('job'),
  experiment: text('experiment').references(() => experiment.id),
  createdAt: text('created_at').notNull(),
});

export const run = sqliteTable(
  'run',
  {
    id: text('id').primaryKey(),
    key: text('key').notNull(),
    task: text('task').notNull(),
    taskVersion: text('task_version'),
    model: text('model').notNull().references(() => model.digest),
    intervention: text('intervention').references(() => intervention.hash),
    condition: text('condition'),
    scoring: text('scoring').notNull(),
    seed: integer('seed').notNull(),
    status: text('status').$type<EvalRun['status']>().notNull(),
    metrics: text('metrics', { mode: 'json' }).$type<EvalRun['metrics']>().notNull(),
    figures: text('figures', { mode: 'json' }).$type<Record<string, number>>().notNull(),
    n: integer('n').notNull(),
    study: text('study').references(() => study.id),
    job: text('job'),
    experiment: text('experiment').references(() => experiment.id),
    createdAt: text('created_at').notNull(),
  },
  (table) => [uniqueIndex('run_key').on(table.key), index('run_study').on(table.study), index('run_created').on(table.createdAt)],
);

export const itemResult = sqliteTable(
  'item_result',
  {
    run: text('run').notNull().references(() => run.id, { onDelete: 'cascade' }),
    item: text('item').notNull().references(() => evalItem.id),
    replicate: integer('replicate').notNull().default(0),
    /** Order in which the run scored it, so that reading gives back the order of writing. */
    position: integer('position').notNull(),
    split: text('split').$type<'A' | 'B'>().notNull(),
    gold: text('gold', { mode: 'json' }).$type<number[]>().notNull(),
    choiceLogProbs: text('choice_log_probs', { mode: 'json' }).$type<number[]>().notNull(),
    margin: real('margin').notNull(),
    correct: real('correct').notNull(),
  },
  (table) => [primaryKey({ columns: [table.run, table.item, table.replicate] }), index('item_result_item').on(table.item)],
);

/** A sampled reply to an item under a run's condition, kept for reading beside the scores. */
export const itemReply = sqliteTable(
  'item_reply',
  {
    run: text('run').notNull(),
    item: text('item').notNull(),
    replicate: integer('replicate').notNull().default(0),
    text: text('text').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.run, table.item, table.replicate] }),
    foreignKey({ columns: [table.run], foreignColumns: [run.id] }).onDelete('cascade'),
  ],
);

export const effect = sqliteTable(
  'effect',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    study: text('study').notNull().references(() => study.id, { onDelete: 'cascade' }),
    run: text('run').notNull().references(() => run.id),
    baselineRun: text('baseline_run').notNull().references(() => run.id),
    task: text('task').notNull(),
    metric: text('metric').notNull(),
    condition: text('condition').notNull(),
    kind: text('kind').$type<Effect['kind']>().notNull(),
    feature: integer('feature'),
    dose: real('dose').notNull(),
    intervention: text('intervention').notNull(),
    n: integer('n').notNull(),
    clusters: integer('clusters').notNull(),
    estimate: real('estimate').notNull(),
    se: real('se').notNull(),
    lo: real('lo').notNull(),
    hi: real('hi').notNull(),
    p: real('p').notNull(),
    q: real('q'),
    rateBaseline: real('rate_baseline').notNull(),
    rateSteered: real('rate_steered').notNull(),
    perplexityRatio: real('perplexity_ratio'),
    normRatio: real('norm_ratio'),
    kl: real('kl'),
    method: text('method').notNull(),
    estimatorVersion: text('estimator_version').notNull(),
  },
  (table) => [uniqueIndex('effect_run').on(table.study, table.run, table.metric)],
);

const interval = (name: string) => text(name, { mode: 'json' }).$type<Interval>().notNull();

export const claim = sqliteTable(
  'claim',
  {
    id: text('id').primaryKey(),
    study: text('study').notNull().references(() => study.id, { onDelete: 'cascade' }),
    baselineRun: text('baseline_run').notNull().references(() => run.id),
    steeredRun: text('steered_run').notNull().references(() => run.id),
    statement: text('statement').notNull(),
    status: text('status').$type<ClaimStatus>().notNull(),
    dictionary: text('dictionary').notNull().references(() => dictionary.digest),
    feature: integer('feature').notNull(),
    intervention: text('intervention', { mode: 'json' }).$type<Intervention>().notNull(),
    interventionHash: text('intervention_hash').notNull(),
    task: text('task').notNull(),
    metric: text('metric').notNull(),
    dose: real('dose').notNull(),
    estimate: real('estimate').notNull(),
    lo: real('lo').notNull(),
    hi: real('hi').notNull(),
    p: real('p').notNull(),
    q: real('q').notNull(),
    n: integer('n').notNull(),
    clusters: integer('clusters').notNull(),
    familySize: integer('family_size').notNull(),
    normRatio: real('norm_ratio').notNull(),
    perplexityRatio: real('perplexity_ratio').notNull(),
    kl: real('kl').notNull(),
    rateBaseline: interval('rate_baseline'),
    rateSteered: interval('rate_steered'),
    antiSteerable: interval('anti_steerable'),
    standardised: real('standardised').notNull(),
    minimumDetectable: real('minimum_detectable').notNull(),
    specificity: interval('specificity'),
    controls: text('controls', { mode: 'json' }).$type<Claim['controls']>().notNull(),
    reasons: text('reasons', { mode: 'json' }).$type<string[]>().notNull(),
    sideEffects: text('side_effects', { mode: 'json' }).$type<Claim['sideEffects']>().notNull(),
    hook: text('hook').notNull(),
    estimatorVersion: text('estimator_version').notNull(),
    createdAt: text('created_at').notNull(),
  },
  (table) => [
    index('claim_created').on(table.createdAt),
    index('claim_study').on(table.study),
    index('claim_feature').on(table.dictionary, table.feature),
  ],
);
