import { SextantError, type Candidate, type Effect, type JobSpec, type StoredEffect, type Study, type StudyStage, type StudySummary } from '@sextant/schema';
import { count, eq, getTableColumns, sql } from 'drizzle-orm';
import { transact, type Connection, type Orm } from '../database';
import { newId, timestamp } from '../ids';
import { countRows, readPage, type Page, type PageQuery } from '../paging';
import { claim, effect, study } from '../schema';
import type { ClaimRepository } from './claims';
import type { RunRepository } from './runs';

export interface CreateStudy {
  plan: JobSpec<'study.run'>;
  job?: string | undefined;
  experiment?: string | undefined;
}

/** An effect ready to be stored: its inference, and the two runs whose items it was computed from. */
export type NewEffect = Effect & Omit<StoredEffect, keyof Effect | 'id'>;

export class StudyRepository {
  constructor(
    private readonly connection: Connection,
    private readonly orm: Orm,
    private readonly runs: RunRepository,
    private readonly claims: ClaimRepository,
  ) {}

  /** Opens a study for a job, or answers the one that this job opened before it was interrupted. @returns its id */
  open({ plan, job, experiment }: CreateStudy): string {
    return transact(this.connection, () => {
      const before = job === undefined ? undefined : this.orm.select({ id: study.id }).from(study).where(eq(study.job, job)).get();
      if (before !== undefined) return before.id;
      const id = newId('study');
      this.orm
        .insert(study)
        .values({
          id,
          name: plan.name,
          hypothesis: plan.hypothesis,
          task: plan.task,
          plan,
          frozenHash: null,
          frozenAt: null,
          status: 'draft',
          stages: [],
          candidates: [],
          job: job ?? null,
          experiment: experiment ?? null,
          createdAt: timestamp(),
        })
        .run();
      return id;
    });
  }

  /**
   * Writes down, before the confirm split is touched, the hash of what will be done on it.
   * Freezing the same hash again changes nothing.
   * @throws SextantError CONFLICT for another hash: a frozen plan stays.
   */
  freeze(id: string, hash: string): void {
    transact(this.connection, () => {
      const { frozenHash } = this.summary(id);
      if (frozenHash === hash) return;
      if (frozenHash !== null) {
        throw new SextantError('CONFLICT', `study ${id} is frozen as ${frozenHash}; its plan cannot change to ${hash}`, { field: 'frozenHash', value: hash });
      }
      this.orm.update(study).set({ frozenHash: hash, frozenAt: timestamp(), status: 'frozen' }).where(eq(study.id, id)).run();
    });
  }

  update(id: string, change: { status?: StudySummary['status']; stages?: StudyStage[]; candidates?: Candidate[] }): void {
    this.orm.update(study).set(change).where(eq(study.id, id)).run();
  }

  /** Replaces the study's effects. */
  saveEffects(id: string, effects: NewEffect[]): void {
    transact(this.connection, () => {
      this.orm.delete(effect).where(eq(effect.study, id)).run();
      for (const row of effects) this.orm.insert(effect).values({ ...row, study: id }).run();
    });
  }

  effects(id: string): StoredEffect[] {
    const { study: _study, ...columns } = getTableColumns(effect);
    return this.orm.select(columns).from(effect).where(eq(effect.study, id)).orderBy(effect.id).all();
  }

  /** @throws SextantError NOT_FOUND */
  summary(id: string): StudySummary {
    const row = this.#summaries().where(eq(study.id, id)).get();
    if (row === undefined) throw new SextantError('NOT_FOUND', `no study ${id} in this lab`, { field: 'id', value: id });
    return row;
  }

  /** @throws SextantError NOT_FOUND */
  get(id: string): Study {
    const summary = this.summary(id);
    const row = this.orm.select({ plan: study.plan, stages: study.stages, candidates: study.candidates }).from(study).where(eq(study.id, id)).get();
    if (row === undefined) throw new SextantError('NOT_FOUND', `no study ${id} in this lab`, { field: 'id', value: id });
    return { ...summary, ...row, effects: this.effects(id), claims: this.claims.ofStudy(id), runs: this.runs.ofStudy(id) };
  }

  list(query: PageQuery = {}): Page<StudySummary> {
    return readPage({
      query,
      sort: study.createdAt,
      id: study.id,
      order: 'descending',
      total: (where) => countRows(this.orm, study, where),
      rows: ({ where, orderBy, limit }) => this.#summaries().where(where).orderBy(...orderBy).limit(limit).all(),
      key: (row) => [row.createdAt, row.id],
    });
  }

  #summaries() {
    const claims = this.orm
      .select({
        study: claim.study,
        claimCount: count().as('claim_count'),
        confirmedCount: sql<number>`sum(${claim.status} = 'confirmed')`.as('confirmed_count'),
      })
      .from(claim)
      .groupBy(claim.study)
      .as('claims');
    const { plan: _plan, stages: _stages, candidates: _candidates, ...columns } = getTableColumns(study);
    return this.orm
      .select({
        ...columns,
        claimCount: sql<number>`coalesce(${claims.claimCount}, 0)`,
        confirmedCount: sql<number>`coalesce(${claims.confirmedCount}, 0)`,
      })
      .from(study)
      .leftJoin(claims, eq(claims.study, study.id));
  }
}
