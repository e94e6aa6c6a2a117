import { mkdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { sum } from 'drizzle-orm';
import { ArtifactStore } from './artifactStore';
import { openDatabase, transact, type Connection, type DatabaseDriver, type Orm } from './database';
import { newId, timestamp } from './ids';
import { migrate } from './migrate';
import { countRows } from './paging';
import { ActivationsRepository } from './repositories/activations';
import { ClaimRepository } from './repositories/claims';
import { CorpusRepository } from './repositories/corpora';
import { DictionaryRepository } from './repositories/dictionaries';
import { ExperimentRepository } from './repositories/experiments';
import { FeatureRepository } from './repositories/features';
import { InterventionRepository } from './repositories/interventions';
import { ModelRepository } from './repositories/models';
import { RunRepository } from './repositories/runs';
import { StudyRepository } from './repositories/studies';
import { VectorRepository } from './repositories/vectors';
import { activations, claim, corpus, dictionary, experiment, featureIndex, lab, model, study } from './schema';

export interface LabInfo {
  id: string;
  name: string;
  createdAt: string;
}

export interface LabCounts {
  models: number;
  corpora: number;
  activations: number;
  dictionaries: number;
  features: number;
  studies: number;
  claims: number;
  experiments: number;
}

/** One folder of work: `lab.sqlite`, the artifacts beside it, and a folder for every job that is under way. */
export interface Lab {
  /** Absolute path. */
  dir: string;
  info: LabInfo;
  database: DatabaseDriver;
  connection: Connection;
  orm: Orm;
  artifacts: ArtifactStore;
  models: ModelRepository;
  corpora: CorpusRepository;
  activations: ActivationsRepository;
  dictionaries: DictionaryRepository;
  features: FeatureRepository;
  vectors: VectorRepository;
  interventions: InterventionRepository;
  runs: RunRepository;
  studies: StudyRepository;
  claims: ClaimRepository;
  experiments: ExperimentRepository;
  counts(): LabCounts;
  /** Runs several writes as one: all of them are kept or none. */
  transact<T>(work: () => T): T;
  /** A job's own folder, made on first use. */
  jobDir(job: string): string;
  close(): void;
}

/**
 * Opens the lab in `dir`, making it when it is not there. Several processes may have it open at once.
 * @throws SextantError UNAVAILABLE, INVALID_FILE, CONFLICT, INTEGRITY: see openDatabase and migrate.
 */
export function openLab(dir: string, options: { driver?: DatabaseDriver } = {}): Lab {
  const root = resolve(dir);
  mkdirSync(root, { recursive: true });
  const { connection, orm, driver } = openDatabase(join(root, 'lab.sqlite'), options.driver);
  try {
    migrate(connection);
  } catch (error) {
    connection.close();
    throw error;
  }
  const runs = new RunRepository(connection, orm);
  const claims = new ClaimRepository(orm);
  return {
    dir: root,
    info: identify(connection, orm, basename(root)),
    database: driver,
    connection,
    orm,
    artifacts: new ArtifactStore(root, connection, orm),
    models: new ModelRepository(orm),
    corpora: new CorpusRepository(orm),
    activations: new ActivationsRepository(orm),
    dictionaries: new DictionaryRepository(orm),
    features: new FeatureRepository(connection, orm),
    vectors: new VectorRepository(orm),
    interventions: new InterventionRepository(orm),
    runs,
    studies: new StudyRepository(connection, orm, runs, claims),
    claims,
    experiments: new ExperimentRepository(connection, orm),
    counts: () => ({
      models: countRows(orm, model),
      corpora: countRows(orm, corpus),
      activations: countRows(orm, activations),
      dictionaries: countRows(orm, dictionary),
      features: Number(orm.select({ features: sum(featureIndex.features) }).from(featureIndex).get()?.features ?? 0),
      studies: countRows(orm, study),
      claims: countRows(orm, claim),
      experiments: countRows(orm, experiment),
    }),
    transact: (work) => transact(connection, work),
    jobDir(job) {
      const path = join(root, 'jobs', job);
      mkdirSync(path, { recursive: true });
      return path;
    },
    close: () => connection.close(),
  };
}

function identify(connection: Connection, orm: Orm, name: string): LabInfo {
  return transact(connection, () => {
    const found = orm.select().from(lab).get();
    if (found !== undefined) return found;
    const row = { id: newId('lab'), name, createdAt: timestamp() };
    orm.insert(lab).values(row).run();
    return row;
  });
}
