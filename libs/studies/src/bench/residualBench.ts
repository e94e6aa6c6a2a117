import { tf } from '@sextant/compute';
import { padBatch, type HookContext, type TokenBatch } from '@sextant/models';
import { SextantError } from '@sextant/schema';
import { logitReadout, type LogitRow } from './logitReadout';
import type { BenchSequence } from './benchSequence';
import type { StudyModel } from './model';
import { startingBlock, type StartingBlock } from './startingPoint';

/** A change of the hook's value; null leaves it alone. */
export type HookChange = ((value: tf.Tensor, context: Omit<HookContext, 'point'>, batch: BenchBatch) => tf.Tensor) | null;

/** Sequences of similar length that run together, with their value at the hook. */
export class BenchBatch {
  readonly context: Omit<HookContext, 'point'>;

  constructor(
    readonly sequences: readonly BenchSequence[],
    readonly input: TokenBatch,
    /** Residual stream at the starting block, [batch, pos, d]; null when the pass starts at the embedding. */
    readonly start: tf.Tensor3D | null,
    /** Value at the hook, [batch · pos, width]. */
    readonly value: tf.Tensor2D,
    readonly rows: readonly LogitRow[],
  ) {
    const { batch, length, ids, mask, generated = new Int32Array(batch * length) } = input;
    // Padded on the right, so a token's column is its position.
    const positions = Int32Array.from(mask, (real, at) => (real ? at % length : 0));
    this.context = { batch, length, ids, mask, positions, generated };
  }
}

export interface BenchOptions {
  model: StudyModel;
  hook: string;
  sequences: readonly BenchSequence[];
  /** Tokens that run together, padding included. */
  batchTokens?: number;
  signal?: AbortSignal;
}

/** What one pass over all sequences gives. */
export interface BenchScores {
  /** Summed log-probability by owner and slot, nats. */
  logProbs: Float64Array[];
  /** KL(steered ‖ baseline) in nats at the token that predicts each owner's first choice; null when not asked for. */
  kl: Float64Array | null;
}

/**
 * A set of sequences whose values at one hook are computed once, so that every condition of a study re-runs only the
 * layers above and reads out only the positions it needs. Owns its tensors.
 */
export class ResidualBench {
  /** Log-softmax of the baseline at each batch's first rows; filled when first needed. */
  private readonly baselineRows = new Map<BenchBatch, tf.Tensor2D>();

  private constructor(
    readonly model: StudyModel,
    readonly hook: string,
    readonly owners: number,
    private readonly slots: Int32Array,
    private readonly start: StartingBlock,
    readonly batches: readonly BenchBatch[],
  ) {}

  static async create({ model, hook, sequences, batchTokens = 4096, signal }: BenchOptions): Promise<ResidualBench> {
    if (sequences.length === 0) throw new SextantError('INVALID_INPUT', 'there is nothing to measure: no sequences were given', { field: 'items' });
    const longest = sequences.reduce((most, { ids }) => Math.max(most, ids.length), 0);
    if (longest > model.config.contextLength) {
      throw new SextantError('INVALID_INPUT', `a sequence of ${longest} tokens does not fit into the model's context of ${model.config.contextLength}`, {
        field: 'items',
        value: longest,
      });
    }
    const start = startingBlock(hook, model.config.nLayers);
    const owners = sequences.reduce((most, { owner }) => Math.max(most, owner + 1), 0);
    const slots = new Int32Array(owners);
    for (const { owner, asks } of sequences) for (const { slot } of asks) slots[owner] = Math.max(slots[owner]!, slot + 1);
    const batches: BenchBatch[] = [];
    try {
      for (const group of byLength(sequences, batchTokens)) {
        throwIfAborted(signal);
        batches.push(prepare(model, hook, start, group));
        await breathe();
      }
    } catch (error) {
      batches.forEach(disposeBatch);
      throw error;
    }
    return new ResidualBench(model, hook, owners, slots, start, batches);
  }

  /** Log-probabilities of all asks under a change of the hook's value. */
  async evaluate(change: HookChange, { kl = false, signal }: { kl?: boolean; signal?: AbortSignal } = {}): Promise<BenchScores> {
    const logProbs = Array.from(this.slots, (count) => new Float64Array(count));
    const divergence = kl ? new Float64Array(this.owners) : null;
    for (const batch of this.batches) {
      throwIfAborted(signal);
      const tensors = tf.tidy((): tf.Tensor1D[] => {
        const scores = logitReadout(this.model, this.readout(batch, change), batch.rows);
        return kl ? [scores.asked, scores.divergence(this.baseline(batch))] : [scores.asked];
      });
      const [asked, diverged] = await Promise.all(tensors.map((tensor) => tensor.data()));
      tf.dispose(tensors);
      let at = 0;
      for (const { owner, asks } of batch.rows) for (const { slot } of asks) logProbs[owner]![slot]! += asked![at++]!;
      if (diverged && divergence) {
        batch.rows.filter(({ first }) => first).forEach(({ owner }, i) => (divergence[owner] = Math.max(0, diverged[i]!)));
      }
      await breathe();
    }
    return { logProbs, kl: divergence };
  }

  /**
   * Gradient of Σ weight · log p over all asks with respect to the hook's value, batch by batch: [batch · pos, width].
   * `weights` are by owner and slot; items are independent, so a token's gradient is that of its own item's sum.
   */
  async gradients(weights: readonly ArrayLike<number>[], visit: (batch: BenchBatch, gradient: Float32Array) => void, signal?: AbortSignal): Promise<void> {
    for (const batch of this.batches) {
      throwIfAborted(signal);
      const own = batch.rows.flatMap(({ owner, asks }) => asks.map(({ slot }) => weights[owner]![slot]!));
      const gradient = tf.tidy(() => {
        const total = (shift: tf.Tensor): tf.Scalar => {
          const { asked } = logitReadout(this.model, this.readout(batch, (value) => tf.add(value, tf.reshape(shift, value.shape))), batch.rows);
          return tf.sum(tf.mul(asked, tf.tensor1d(own)));
        };
        return tf.grad(total)(tf.zerosLike(batch.value));
      });
      visit(batch, await gradient.data<'float32'>());
      gradient.dispose();
      await breathe();
    }
  }

  dispose(): void {
    this.batches.forEach(disposeBatch);
    for (const rows of this.baselineRows.values()) rows.dispose();
    this.baselineRows.clear();
  }

  /** Final readout [batch, pos, d] with the hook's value changed. */
  private readout(batch: BenchBatch, change: HookChange): tf.Tensor3D {
    const { block, direct } = this.start;
    if (!direct) {
      const hooks = change ? [{ point: this.hook, fn: (value: tf.Tensor, context: HookContext) => change(value, context, batch) }] : [];
      return this.model.readout(batch.input, block === null ? { hooks } : { hooks, from: { block, residual: batch.start! } });
    }
    const residual = change ? tf.reshape<tf.Rank.R3>(change(batch.start!, batch.context, batch), batch.start!.shape) : batch.start!;
    return this.model.readout(batch.input, { from: { block: block!, residual } });
  }

  private baseline(batch: BenchBatch): tf.Tensor2D {
    const known = this.baselineRows.get(batch);
    if (known) return known;
    const rows = tf.keep(logitReadout(this.model, this.readout(batch, null), batch.rows).firstRows());
    this.baselineRows.set(batch, rows);
    return rows;
  }
}

function prepare(model: StudyModel, hook: string, { block, direct }: StartingBlock, sequences: readonly BenchSequence[]): BenchBatch {
  const input = padBatch(sequences.map(({ ids }) => ids));
  input.generated = new Int32Array(input.ids.length);
  sequences.forEach(({ ids, prefixLength }, row) => {
    for (let at = prefixLength; at < ids.length; at++) input.generated![row * input.length + at] = 1;
  });
  const startPoint = block === null ? null : `blocks.${block}.hook_resid_pre`;
  let start: tf.Tensor3D | null = null;
  let value: tf.Tensor2D | null = null;
  const flat = (tensor: tf.Tensor): tf.Tensor2D => tf.reshape(tensor, [input.ids.length, tensor.size / input.ids.length]);
  const residual = (tensor: tf.Tensor): tf.Tensor3D => tf.reshape(tensor, [input.batch, input.length, tensor.size / input.ids.length]);
  const keepStart = { point: startPoint ?? hook, fn: (tensor: tf.Tensor) => void (start = tf.keep(residual(tensor))) };
  const keepValue = { point: hook, fn: (tensor: tf.Tensor) => void (value = tf.keep(flat(tensor))) };
  if (direct) model.run(input, { stopAt: startPoint!, hooks: [keepStart] });
  else model.run(input, { stopAt: hook, hooks: startPoint === null ? [keepValue] : [keepStart, keepValue] });
  const kept: tf.Tensor3D | null = start;
  return new BenchBatch(sequences, input, kept, value ?? tf.keep(flat(kept!)), rowsOf(sequences, input.length));
}

/** The distinct positions that are read out, with what is asked of each. */
function rowsOf(sequences: readonly BenchSequence[], length: number): LogitRow[] {
  return sequences.flatMap(({ owner, asks, prefixLength, leads }, row) => {
    const positions = [...new Set(asks.map(({ at }) => at))].sort((a, b) => a - b);
    return positions.map((at) => {
      const own = asks.filter((ask) => ask.at === at);
      return { owner, index: row * length + at, asks: own, first: leads && at === prefixLength - 1 };
    });
  });
}

function byLength(sequences: readonly BenchSequence[], batchTokens: number): BenchSequence[][] {
  const groups: BenchSequence[][] = [];
  let room = 0;
  for (const sequence of [...sequences].sort((a, b) => b.ids.length - a.ids.length || a.owner - b.owner)) {
    const width = groups.at(-1)?.[0]?.ids.length ?? 0;
    if (room < width || width === 0) {
      groups.push([]);
      room = Math.max(batchTokens, sequence.ids.length);
    }
    groups.at(-1)!.push(sequence);
    room -= groups.at(-1)![0]!.ids.length;
  }
  return groups;
}

function disposeBatch({ start, value }: BenchBatch): void {
  start?.dispose();
  value.dispose();
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new SextantError('CANCELLED', 'the study was cancelled');
}

/** Lets cancellation and progress through between batches. */
const breathe = () => new Promise((resolve) => setImmediate(resolve));
