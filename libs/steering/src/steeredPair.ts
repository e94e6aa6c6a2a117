import { Rng, tf } from '@sextant/compute';
import { KvCache, padBatch, sampleToken, type Hook, type LanguageModel, type SamplingOptions, type TokenBatch } from '@sextant/models';
import { SextantError, type InterventionInput } from '@sextant/schema';
import { compileIntervention, type CompileOptions } from './compileIntervention';
import type { RowDisturbance } from './disturbance';
import { klDivergence, logSoftmax } from './sideBySide';

export type Side = 'baseline' | 'steered';

/** One token of either side. Log-probabilities are of the model's own distribution (temperature 1), in nats. */
export interface PairToken {
  side: Side;
  /** Place in the side's text, from 0. */
  index: number;
  id: number;
  /** Display text of the token; empty when the model has no tokenizer. */
  token: string;
  /** The side's own log-probability of its token. */
  logProb: number;
  /** log p_steered − log p_baseline of this token after the same text. */
  delta: number;
  /** KL(steered ‖ baseline) at this position, after the same text. */
  kl: number;
  /** Mean ‖Δh‖/‖h‖ over the tokens this step ran: the prompt for the first, then the token before; null where none was touched. */
  normRatio: number | null;
}

export interface PairSummary {
  texts: Record<Side, string>;
  ids: Record<Side, number[]>;
  /** Over all touched tokens of the steered side, prompt included. */
  normRatio: number | null;
  /** Mean over the steered side's tokens. */
  kl: number | null;
  /** exp of the mean loss of the steered text under the unsteered model, over that of the baseline text. */
  perplexityRatio: number | null;
  tokensPerSecond: number;
}

export interface PairOptions extends SamplingOptions, Omit<CompileOptions, 'model' | 'measure' | 'onApplied'> {
  maxNewTokens: number;
  /** Both sides draw the same random numbers, so that they differ by the intervention alone. */
  seed?: number;
  /** Ids that end a side; the model's end-of-text ids by default. */
  stop?: readonly number[];
  signal?: AbortSignal;
}

const sides: readonly Side[] = ['baseline', 'steered'];

/**
 * Continues a prompt twice in step, once as the model is and once under an intervention, and yields each token as it is
 * chosen. Both models see both texts, so every token is compared after the same context. With a temperature and seed the
 * baseline side is what `generate` gives for that seed.
 * @throws SextantError as `compileIntervention`; INVALID_INPUT for a prompt without room; CANCELLED on abort.
 */
export async function* steeredPair(
  model: LanguageModel,
  prompt: readonly number[],
  intervention: InterventionInput,
  options: PairOptions,
): AsyncGenerator<PairToken, PairSummary> {
  const { maxNewTokens, seed = 0, signal, stop = model.eosIds } = options;
  const room = Math.min(maxNewTokens, model.config.contextLength - prompt.length);
  if (prompt.length === 0 || room < 1) {
    const why = prompt.length === 0 ? 'is empty' : `has ${prompt.length} tokens, which leaves no room in a context of ${model.config.contextLength}`;
    throw new SextantError('INVALID_INPUT', `the prompt ${why}`, { field: 'prompt', value: prompt.length });
  }
  let applied: RowDisturbance | null = null;
  const compiled = compileIntervention(intervention, { ...options, model, onApplied: (rows) => (applied = rows) });
  const plain = new Stream(model, []);
  const steered = new Stream(model, compiled.hooks);
  const rows = sides.map((side) => new PairRow(side, new Rng(seed).fork('row 0')));
  const started = performance.now();
  try {
    let batch = padBatch([prompt]);
    for (;;) {
      if (signal?.aborted) throw new SextantError('CANCELLED', 'steering was cancelled');
      const [before, after] = [await plain.next(batch), await steered.next(batch)];
      const disturbance: RowDisturbance | null = applied;
      for (const [index, row] of rows.entries()) {
        if (row.done) continue;
        const own = batch.batch === 1 ? 0 : index;
        row.disturb(disturbance, own);
        const logits = row.side === 'baseline' ? before[own]! : after[own]!;
        const id = sampleToken(logits, options, row.rng);
        if (stop.includes(id)) {
          row.done = true;
          continue;
        }
        const token = row.take(id, logSoftmax(before[own]!), logSoftmax(after[own]!));
        row.done = row.ids.length >= room;
        yield { ...token, token: model.hasTokenizer ? model.tokenizer.piece(id) : '' };
      }
      if (rows.every(({ done }) => done)) break;
      if (batch.batch === 1) [plain, steered].forEach((stream) => stream.split());
      batch = newest(rows);
      await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    plain.dispose();
    steered.dispose();
  }
  return summarise(rows, model, (performance.now() - started) / 1000);
}

/** A model reading two texts side by side, with or without hooks. Owns its cache. */
class Stream {
  private cache = new KvCache();

  constructor(
    private readonly model: LanguageModel,
    private readonly hooks: readonly Hook[],
  ) {}

  /** Logits after the batch's last column, one row each. */
  async next(batch: TokenBatch): Promise<Float32Array[]> {
    const logits = tf.tidy(() => {
      const readout = this.model.readout(batch, { cache: this.cache, hooks: this.hooks });
      return this.model.unembed(tf.slice(readout, [0, batch.length - 1, 0], [-1, 1, -1]));
    });
    try {
      const values = await logits.data<'float32'>();
      const width = this.model.config.vocabSize;
      return Array.from({ length: batch.batch }, (_, row) => values.slice(row * width, (row + 1) * width));
    } finally {
      logits.dispose();
    }
  }

  /** The prompt ran once; from here on the two texts part. */
  split(): void {
    const both = this.cache.select([0, 0]);
    this.cache.dispose();
    this.cache = both;
  }

  dispose(): void {
    this.cache.dispose();
  }
}

class PairRow {
  readonly ids: number[] = [];
  done = false;
  /** Σ log p of the row's tokens under the unsteered model. */
  plainLogProb = 0;
  klSum = 0;
  private ratioSum = 0;
  private touched = 0;
  private lastRatio: number | null = null;

  constructor(
    readonly side: Side,
    readonly rng: Rng,
  ) {}

  disturb(rows: RowDisturbance | null, row: number): void {
    const touched = rows?.touched[row] ?? 0;
    const sum = rows?.ratioSums[row] ?? 0;
    this.touched += touched;
    this.ratioSum += sum;
    this.lastRatio = touched > 0 ? sum / touched : null;
  }

  take(id: number, before: Float64Array, after: Float64Array): Omit<PairToken, 'token'> {
    const kl = klDivergence(after, before);
    const logProb = (this.side === 'baseline' ? before : after)[id]!;
    this.ids.push(id);
    this.plainLogProb += before[id]!;
    this.klSum += kl;
    return { side: this.side, index: this.ids.length - 1, id, logProb, delta: after[id]! - before[id]!, kl, normRatio: this.lastRatio };
  }

  get normRatio(): number | null {
    return this.touched > 0 ? this.ratioSum / this.touched : null;
  }
}

/** One column with each row's newest token; a row that is done gets padding. */
function newest(rows: readonly PairRow[]): TokenBatch {
  const flags = Int32Array.from(rows, ({ done }) => (done ? 0 : 1));
  return { ids: Int32Array.from(rows, ({ ids }) => ids.at(-1) ?? 0), mask: flags, generated: flags, batch: rows.length, length: 1 };
}

function summarise([baseline, steered]: readonly PairRow[], model: LanguageModel, seconds: number): PairSummary {
  const loss = (row: PairRow) => -row.plainLogProb / row.ids.length;
  const bothSpoke = baseline!.ids.length > 0 && steered!.ids.length > 0;
  const textOf = (row: PairRow) => (model.hasTokenizer ? model.tokenizer.decode(row.ids) : '');
  return {
    texts: { baseline: textOf(baseline!), steered: textOf(steered!) },
    ids: { baseline: baseline!.ids, steered: steered!.ids },
    normRatio: steered!.normRatio,
    kl: steered!.ids.length > 0 ? steered!.klSum / steered!.ids.length : null,
    perplexityRatio: bothSpoke ? Math.exp(loss(steered!) - loss(baseline!)) : null,
    tokensPerSecond: (baseline!.ids.length + steered!.ids.length) / seconds,
  };
}

/** Runs a pair to its end for its summary alone. */
export async function finishPair(pair: AsyncGenerator<PairToken, PairSummary>): Promise<PairSummary> {
  for (;;) {
    const { done, value } = await pair.next();
    if (done) return value;
  }
}
