import { SextantError, type EvalRun, type ItemResult } from '@sextant/schema';
import { and, eq, inArray, or, sql, type SQL } from 'drizzle-orm';
import { transact, type Connection, type Orm } from '../database';
import { newId, timestamp } from '../ids';
import { containing, countRows, readPage, type Page, type PageQuery } from '../paging';
import { effect, evalItem, evalTask, itemReply, itemResult, run } from '../schema';

export interface OpenRun {
  /** Hash of everything that decides the measurement (model, intervention, task, scoring, seed, split, engine, code…). */
  key: string;
  task: string;
  taskVersion?: string | undefined;
  model: string;
  /** Hash of an intervention saved in the lab; absent for the baseline. */
  intervention?: string | undefined;
  condition?: string | undefined;
  scoring: string;
  seed: number;
  study?: string | undefined;
  job?: string | undefined;
  experiment?: string | undefined;
}

export interface RunQuery extends PageQuery {
  task?: string | undefined;
  model?: string | undefined;
  study?: string | undefined;
  experiment?: string | undefined;
}

const resultColumns = {
  item: itemResult.item,
  cluster: evalItem.cluster,
  split: itemResult.split,
  prompt: evalItem.prompt,
  choices: evalItem.choices,
  gold: itemResult.gold,
  choiceLogProbs: itemResult.choiceLogProbs,
  margin: itemResult.margin,
  correct: itemResult.correct,
  position: itemResult.position,
};

export class RunRepository {
  constructor(
    private readonly connection: Connection,
    private readonly orm: Orm,
  ) {}

  /** The run of this key: the one already in the lab, finished or not, else a new one. */
  open(options: OpenRun): EvalRun {
    return transact(this.connection, () => {
      const found = this.byKey(options.key);
      if (found !== null) return found;
      const { taskVersion = null, intervention = null, condition = null, study = null, job = null, experiment = null, ...rest } = options;
      const row: EvalRun = {
        ...rest,
        id: newId('run'),
        taskVersion,
        intervention,
        condition,
        status: 'running',
        metrics: { accuracy: null, margin: null },
        figures: {},
        n: 0,
        study,
        job,
        experiment,
        createdAt: timestamp(),
      };
      this.orm.insert(run).values(row).run();
      return row;
    });
  }

  byKey(key: string): EvalRun | null {
    return this.orm.select().from(run).where(eq(run.key, key)).get() ?? null;
  }

  /** @throws SextantError NOT_FOUND */
  get(id: string): EvalRun {
    const row = this.orm.select().from(run).where(eq(run.id, id)).get();
    if (row === undefined) throw new SextantError('NOT_FOUND', `no run ${id} in this lab`, { field: 'run', value: id });
    return row;
  }

  list(query: RunQuery = {}): Page<EvalRun> {
    return readPage({
      query,
      sort: run.createdAt,
      id: run.id,
      order: 'descending',
      where: and(
        query.task === undefined ? undefined : eq(run.task, query.task),
        query.model === undefined ? undefined : eq(run.model, query.model),
        query.experiment === undefined ? undefined : eq(run.experiment, query.experiment),
        query.study === undefined ? undefined : this.#ofStudy(query.study),
      ),
      total: (where) => countRows(this.orm, run, where),
      rows: ({ where, orderBy, limit }) => this.orm.select().from(run).where(where).orderBy(...orderBy).limit(limit).all(),
      key: (row) => [row.createdAt, row.id],
    });
  }

  /** Runs made by a study, and runs of others that its effects lean on. */
  ofStudy(study: string): EvalRun[] {
    return this.orm.select().from(run).where(this.#ofStudy(study)).orderBy(run.createdAt, run.id).all();
  }

  #ofStudy(study: string): SQL | undefined {
    const leantOn = this.orm
      .select({ run: effect.run })
      .from(effect)
      .where(eq(effect.study, study))
      .union(this.orm.select({ run: effect.baselineRun }).from(effect).where(eq(effect.study, study)));
    return or(eq(run.study, study), inArray(run.id, leantOn));
  }

  /** Ends a run with its summary; `n` becomes the number of items it holds. */
  finish(id: string, summary: { status?: EvalRun['status']; metrics?: EvalRun['metrics']; figures?: Record<string, number> }): EvalRun {
    const { status = 'finished', ...rest } = summary;
    const n = countRows(this.orm, itemResult, eq(itemResult.run, id));
    this.orm.update(run).set({ ...rest, status, n }).where(eq(run.id, id)).run();
    return this.get(id);
  }

  /**
   * Writes item results of a run in one transaction; the same item again replaces its result.
   * @throws SextantError INTEGRITY when an item's id is already taken by another question.
   */
  saveItems(id: string, results: ItemResult[], replicate = 0): void {
    const { task } = this.get(id);
    const find = this.connection.prepare<[string], { prompt: string; choices: string }>('SELECT prompt, choices FROM eval_item WHERE id = ?');
    const addItem = this.connection.prepare('INSERT INTO eval_item (id, task, cluster, prompt, choices) VALUES (?, ?, ?, ?, ?)');
    const addResult = this.connection.prepare(
      `INSERT INTO item_result (run, item, replicate, position, split, gold, choice_log_probs, margin, correct) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (run, item, replicate) DO UPDATE SET
         split = excluded.split, gold = excluded.gold, choice_log_probs = excluded.choice_log_probs, margin = excluded.margin, correct = excluded.correct`,
    );
    transact(this.connection, () => {
      let position = countRows(this.orm, itemResult, and(eq(itemResult.run, id), eq(itemResult.replicate, replicate)));
      for (const result of results) {
        const choices = JSON.stringify(result.choices);
        const known = find.get(result.item);
        if (known === undefined) addItem.run(result.item, task, result.cluster, result.prompt, choices);
        else if (known.prompt !== result.prompt || known.choices !== choices) {
          throw new SextantError('INTEGRITY', `eval item ${result.item} is another question than the lab has under that id`, { field: 'item', value: result.item });
        }
        const logProbs = JSON.stringify(result.choiceLogProbs);
        addResult.run(id, result.item, replicate, position, result.split, JSON.stringify(result.gold), logProbs, result.margin, result.correct);
        position += 1;
      }
    });
  }

  /** All item results of a run in the order they were scored: what effects are computed from. */
  itemResults(id: string, replicate = 0): ItemResult[] {
    return this.#results()
      .where(and(eq(itemResult.run, id), eq(itemResult.replicate, replicate)))
      .orderBy(itemResult.position)
      .all()
      .map(resultOf);
  }

  /** One page of a run's items, in the order they were scored. */
  items(query: PageQuery & { run: string; filter?: string | undefined; correct?: boolean | undefined }): Page<ItemResult> {
    this.get(query.run);
    const pattern = containing(query.filter ?? '');
    const page = readPage({
      query,
      sort: itemResult.position,
      id: itemResult.item,
      order: 'ascending',
      where: and(
        eq(itemResult.run, query.run),
        eq(itemResult.replicate, 0),
        query.correct === undefined ? undefined : sql`(${itemResult.correct} >= 0.5) = ${query.correct ? 1 : 0}`,
        query.filter === undefined || query.filter === ''
          ? undefined
          : sql`(${evalItem.prompt} LIKE ${pattern} ESCAPE '\\' OR ${evalItem.choices} LIKE ${pattern} ESCAPE '\\')`,
      ),
      total: (where) =>
        this.orm
          .select({ rows: sql<number>`count(*)` })
          .from(itemResult)
          .innerJoin(evalItem, eq(evalItem.id, itemResult.item))
          .where(where)
          .get()?.rows ?? 0,
      rows: ({ where, orderBy, limit }) => this.#results().where(where).orderBy(...orderBy).limit(limit).all(),
      key: (row) => [row.position, row.item],
    });
    return { ...page, items: page.items.map(resultOf) };
  }

  #results() {
    return this.orm.select(resultColumns).from(itemResult).innerJoin(evalItem, eq(evalItem.id, itemResult.item));
  }

  /** Keeps sampled replies to items under a run's condition, for reading beside the scores. */
  saveReplies(id: string, replies: { item: string; text: string }[], replicate = 0): void {
    transact(this.connection, () => {
      for (const { item, text } of replies) {
        this.orm
          .insert(itemReply)
          .values({ run: id, item, replicate, text })
          .onConflictDoUpdate({ target: [itemReply.run, itemReply.item, itemReply.replicate], set: { text } })
          .run();
      }
    });
  }

  /** Remembers which version of an eval the lab's items came from. */
  saveTask(task: { name: string; version: string; description: string }): void {
    this.orm.insert(evalTask).values({ ...task, createdAt: timestamp() }).onConflictDoNothing().run();
  }
}

function resultOf({ position: _position, ...result }: ItemResult & { position: number }): ItemResult {
  return result;
}
