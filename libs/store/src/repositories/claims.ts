import { SextantError, type Claim, type ClaimItem, type ClaimStatus, type FeatureRef, type StoredEffect } from '@sextant/schema';
import { and, desc, eq, getTableColumns, isNull, or, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/sqlite-core';
import type { Orm } from '../database';
import { countRows, readPage, type Page, type PageQuery } from '../paging';
import { claim, effect, evalItem, featureLabel, itemReply, itemResult } from '../schema';

/** A claim to be stored, with the two runs whose items it rests on. */
export type NewClaim = Claim & { baselineRun: string; steeredRun: string };

export class ClaimRepository {
  constructor(private readonly orm: Orm) {}

  /** Writes a claim; the same id again replaces it. */
  save({ feature, ...rest }: NewClaim): void {
    const row = { ...rest, dictionary: feature.dictionary, feature: feature.index };
    this.orm.insert(claim).values(row).onConflictDoUpdate({ target: claim.id, set: row }).run();
  }

  /** @throws SextantError NOT_FOUND */
  get(id: string): Claim {
    return claimOf(this.#row(id));
  }

  /** The two runs a claim rests on. @throws SextantError NOT_FOUND */
  runs(id: string): { baselineRun: string; steeredRun: string } {
    const { baselineRun, steeredRun } = this.#row(id);
    return { baselineRun, steeredRun };
  }

  #row(id: string): ClaimRow {
    const row = this.#select().where(eq(claim.id, id)).get();
    if (row === undefined) throw new SextantError('NOT_FOUND', `no claim ${id} in this lab`, { field: 'id', value: id });
    return row;
  }

  list(query: PageQuery & { status?: ClaimStatus | undefined; study?: string | undefined } = {}): Page<Claim> {
    const page = readPage({
      query,
      sort: claim.createdAt,
      id: claim.id,
      order: 'descending',
      where: and(
        query.status === undefined ? undefined : eq(claim.status, query.status),
        query.study === undefined ? undefined : eq(claim.study, query.study),
      ),
      total: (where) => countRows(this.orm, claim, where),
      rows: ({ where, orderBy, limit }) => this.#select().where(where).orderBy(...orderBy).limit(limit).all(),
      key: (row) => [row.createdAt, row.id],
    });
    return { ...page, items: page.items.map(claimOf) };
  }

  ofStudy(study: string): Claim[] {
    return this.#select().where(eq(claim.study, study)).orderBy(claim.createdAt, claim.id).all().map(claimOf);
  }

  ofFeature(feature: FeatureRef): Claim[] {
    const where = and(eq(claim.dictionary, feature.dictionary), eq(claim.feature, feature.index));
    return this.#select().where(where).orderBy(desc(claim.createdAt), claim.id).all().map(claimOf);
  }

  /** Effects behind a claim: its feature at every dose, and every control of its study, on the claim's task and metric. */
  effects(id: string): StoredEffect[] {
    const { study, feature, task, metric } = this.#row(id);
    const { study: _study, ...columns } = getTableColumns(effect);
    return this.orm
      .select(columns)
      .from(effect)
      .where(
        and(
          eq(effect.study, study),
          eq(effect.task, task),
          eq(effect.metric, metric),
          or(eq(effect.feature, feature), isNull(effect.feature), sql`${effect.kind} <> 'feature'`),
        ),
      )
      .orderBy(effect.id)
      .all();
  }

  /** Items of a claim side by side: flips first and then by size of the change, or by the change of margin itself. */
  items({ id, sort = 'flips', ...query }: PageQuery & { id: string; sort?: 'flips' | 'margin' }): Page<ClaimItem> {
    const { baselineRun, steeredRun } = this.#row(id);
    const baseline = alias(itemResult, 'baseline');
    const steered = alias(itemResult, 'steered');
    const baselineReply = alias(itemReply, 'baseline_reply');
    const steeredReply = alias(itemReply, 'steered_reply');
    const delta = sql<number>`(${steered.margin} - ${baseline.margin})`;
    const flipped = sql<number>`((${steered.margin} > 0) - (${baseline.margin} > 0))`;
    // Margins are differences of log-probabilities: none comes near 10⁶ nats, so that flips stand before all others.
    const sortKey = sort === 'flips' ? sql<number>`(abs(${flipped}) * 1e6 + abs(${delta}))` : sql<number>`abs(${delta})`;
    const pair = and(eq(baseline.item, steered.item), eq(baseline.replicate, steered.replicate));
    const page = readPage({
      query,
      sort: sortKey,
      id: steered.item,
      order: 'descending',
      where: and(eq(steered.run, steeredRun), eq(baseline.run, baselineRun), eq(steered.replicate, 0)),
      total: (where) => this.orm.select({ rows: sql<number>`count(*)` }).from(steered).innerJoin(baseline, pair).where(where).get()?.rows ?? 0,
      rows: ({ where, orderBy, limit }) =>
        this.orm
          .select({
            item: steered.item,
            cluster: evalItem.cluster,
            prompt: evalItem.prompt,
            choices: evalItem.choices,
            gold: baseline.gold,
            baselineMargin: baseline.margin,
            baselineLogProbs: baseline.choiceLogProbs,
            steeredMargin: steered.margin,
            steeredLogProbs: steered.choiceLogProbs,
            delta,
            flipped,
            sortKey,
            baselineText: baselineReply.text,
            steeredText: steeredReply.text,
          })
          .from(steered)
          .innerJoin(baseline, pair)
          .innerJoin(evalItem, eq(evalItem.id, steered.item))
          .leftJoin(baselineReply, and(eq(baselineReply.run, baseline.run), eq(baselineReply.item, baseline.item), eq(baselineReply.replicate, 0)))
          .leftJoin(steeredReply, and(eq(steeredReply.run, steered.run), eq(steeredReply.item, steered.item), eq(steeredReply.replicate, 0)))
          .where(where)
          .orderBy(...orderBy)
          .limit(limit)
          .all(),
      key: (row) => [row.sortKey, row.item],
    });
    return {
      ...page,
      items: page.items.map((row) => ({
        item: row.item,
        cluster: row.cluster,
        prompt: row.prompt,
        choices: row.choices,
        gold: row.gold,
        baseline: { margin: row.baselineMargin, choiceLogProbs: row.baselineLogProbs, choice: largest(row.baselineLogProbs) },
        steered: { margin: row.steeredMargin, choiceLogProbs: row.steeredLogProbs, choice: largest(row.steeredLogProbs) },
        delta: row.delta,
        flip: row.flipped > 0 ? 'gain' : row.flipped < 0 ? 'loss' : 'none',
        ...(row.baselineText !== null && row.steeredText !== null ? { replies: { baseline: row.baselineText, steered: row.steeredText } } : {}),
      })),
    };
  }

  #select() {
    return this.orm
      .select({ ...getTableColumns(claim), label: featureLabel.label })
      .from(claim)
      .leftJoin(featureLabel, and(eq(featureLabel.dictionary, claim.dictionary), eq(featureLabel.index, claim.feature)));
  }
}

type ClaimRow = typeof claim.$inferSelect & { label: string | null };

function claimOf({ dictionary, feature, label, baselineRun: _baseline, steeredRun: _steered, ...row }: ClaimRow): Claim {
  return { ...row, feature: { dictionary, index: feature, label } };
}

function largest(values: number[]): number {
  return values.reduce((best, value, index) => (value > (values[best] ?? -Infinity) ? index : best), 0);
}
