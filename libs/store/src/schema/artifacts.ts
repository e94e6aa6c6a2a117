import type { ArtifactKind, DictionaryScores, Provenance } from '@sextant/schema';
import { index, integer, primaryKey, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** One row: who this lab is. */
export const lab = sqliteTable('lab', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  createdAt: text('created_at').notNull(),
});

/** A folder under artifacts/<digest>; the digest is the SHA-256 of its manifest's canonical JSON. */
export const artifact = sqliteTable(
  'artifact',
  {
    digest: text('digest').primaryKey(),
    kind: text('kind').$type<ArtifactKind>().notNull(),
    name: text('name'),
    bytes: integer('bytes').notNull(),
    provenance: text('provenance', { mode: 'json' }).$type<Provenance>().notNull(),
    job: text('job'),
    createdAt: text('created_at').notNull(),
  },
  (table) => [index('artifact_created').on(table.createdAt), index('artifact_kind').on(table.kind, table.createdAt)],
);

export const artifactFile = sqliteTable(
  'artifact_file',
  {
    digest: text('digest').notNull().references(() => artifact.digest, { onDelete: 'cascade' }),
    path: text('path').notNull(),
    size: integer('size').notNull(),
    sha256: text('sha256').notNull(),
  },
  (table) => [primaryKey({ columns: [table.digest, table.path] })],
);

export const artifactParent = sqliteTable(
  'artifact_parent',
  {
    digest: text('digest').notNull().references(() => artifact.digest, { onDelete: 'cascade' }),
    parent: text('parent').notNull().references(() => artifact.digest),
  },
  (table) => [primaryKey({ columns: [table.digest, table.parent] }), index('artifact_parent_parent').on(table.parent)],
);

const digestOf = () => text('digest').primaryKey().references(() => artifact.digest, { onDelete: 'cascade' });

export const model = sqliteTable('model', {
  digest: digestOf(),
  name: text('name').notNull(),
  family: text('family').notNull(),
  parameters: integer('parameters').notNull(),
  config: text('config', { mode: 'json' }).$type<Record<string, unknown>>().notNull(),
  hookPoints: text('hook_points', { mode: 'json' }).$type<{ name: string; shape: (string | number)[] }[]>().notNull(),
  card: text('card'),
});

export const corpus = sqliteTable('corpus', {
  digest: digestOf(),
  name: text('name').notNull(),
  model: text('model').references(() => model.digest),
  source: text('source', { mode: 'json' }).$type<Record<string, unknown>>().notNull(),
  tokens: integer('tokens').notNull(),
  rows: integer('rows').notNull(),
  documents: integer('documents').notNull(),
  contextLength: integer('context_length').notNull(),
});

export const activations = sqliteTable('activations', {
  digest: digestOf(),
  name: text('name').notNull(),
  model: text('model').notNull().references(() => model.digest),
  corpus: text('corpus').notNull().references(() => corpus.digest),
  hook: text('hook').notNull(),
  dtype: text('dtype').$type<'f16' | 'f32'>().notNull(),
  dModel: integer('d_model').notNull(),
  tokens: integer('tokens').notNull(),
  shards: integer('shards').notNull(),
  meanNorm: real('mean_norm'),
});

export const dictionary = sqliteTable('dictionary', {
  digest: digestOf(),
  name: text('name').notNull(),
  architecture: text('architecture').notNull(),
  d: integer('d').notNull(),
  n: integer('n').notNull(),
  k: integer('k'),
  hook: text('hook'),
  model: text('model').references(() => model.digest),
  activations: text('activations').references(() => activations.digest),
  scores: text('scores', { mode: 'json' }).$type<DictionaryScores>(),
  trainedTokens: integer('trained_tokens'),
  seed: integer('seed'),
});

export const featureIndex = sqliteTable(
  'feature_index',
  {
    digest: digestOf(),
    dictionary: text('dictionary').notNull().references(() => dictionary.digest),
    activations: text('activations').notNull().references(() => activations.digest),
    model: text('model').references(() => model.digest),
    features: integer('features').notNull(),
    tokens: integer('tokens').notNull(),
  },
  (table) => [index('feature_index_dictionary').on(table.dictionary)],
);

/** A row of the feature table; the page's examples and histograms stay in the index's files. */
export const feature = sqliteTable(
  'feature',
  {
    featureIndex: text('feature_index').notNull().references(() => featureIndex.digest, { onDelete: 'cascade' }),
    index: integer('index').notNull(),
    density: real('density').notNull(),
    maxActivation: real('max_activation').notNull(),
    meanActivation: real('mean_activation').notNull(),
    decoderNorm: real('decoder_norm').notNull(),
    topTokens: text('top_tokens', { mode: 'json' }).$type<string[]>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.featureIndex, table.index] })],
);

/** Names people give; they belong to the dictionary, so every index of it shows them. */
export const featureLabel = sqliteTable(
  'feature_label',
  {
    dictionary: text('dictionary').notNull().references(() => dictionary.digest, { onDelete: 'cascade' }),
    index: integer('index').notNull(),
    label: text('label').notNull(),
    updatedAt: text('updated_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.dictionary, table.index] })],
);

export const vector = sqliteTable('vector', {
  digest: digestOf(),
  name: text('name').notNull(),
  model: text('model').notNull().references(() => model.digest),
  hook: text('hook').notNull(),
  method: text('method').notNull(),
  d: integer('d').notNull(),
  norm: real('norm').notNull(),
});
