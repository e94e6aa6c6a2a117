import { crossEntropy, tf } from '@sextant/compute';
import { SextantError } from '@sextant/schema';
import type { TokenBatch } from './batch';
import { throwIfAborted, yieldToEventLoop } from './cancellation';
import { KvCache } from './decoder/kvCache';
import type { Hook } from './hooks';
import type { LanguageModel } from './languageModel';
import { planScoring, type Group, type Host } from './scoringPlan';

/** Token ids to condition on, and those whose probability is wanted. */
export interface ScoredSequence {
  prefix: readonly number[];
  continuation: readonly number[];
}

export interface LogProbOptions {
  hooks?: readonly Hook[];
  /** Sequences that run together. Default 32. */
  batchSize?: number;
  signal?: AbortSignal;
}

/** Logits held at once, in floats: what a large vocabulary is cut to. */
const LOGIT_BUDGET = 1 << 25;

/**
 * Log-probability in nats of each token of each continuation, given its prefix and the continuation before it.
 *
 * Work is shared: inputs that are equal, or that begin another one, run once (choices of one token cost one pass for
 * all), and a prefix with several longer continuations runs once through the key–value cache. Only positions that
 * predict a wanted token are read out. Hooks see continuation tokens marked as generated.
 * @throws SextantError INVALID_INPUT for an empty prefix, CANCELLED on abort.
 */
export async function logProbs(model: LanguageModel, sequences: readonly ScoredSequence[], options: LogProbOptions = {}): Promise<Float64Array[]> {
  const { hooks = [], batchSize = 32, signal } = options;
  const empty = sequences.findIndex(({ prefix }) => prefix.length === 0);
  if (empty >= 0) {
    throw new SextantError('INVALID_INPUT', `the prefix of sequence ${empty} is empty; a first token has no probability, start with BOS`, { field: 'prefix', value: empty });
  }
  const results = sequences.map(({ continuation }) => new Float64Array(continuation.length));
  const plan = planScoring(sequences, batchSize);
  for (const hosts of plan.whole) {
    throwIfAborted(signal, 'scoring');
    const rows = hosts.map((host) => ({ host, from: 0 }));
    await answer(model, rows, results, () => model.readout(rightPadded(rows), { hooks }));
    await yieldToEventLoop();
  }
  for (const groups of plan.shared) {
    throwIfAborted(signal, 'scoring');
    await scoreShared(model, groups, results, hooks);
    await yieldToEventLoop();
  }
  return results;
}

/** Prefixes first, padded on the left; then every continuation with its prefix's keys and values. */
async function scoreShared(model: LanguageModel, groups: readonly Group[], results: Float64Array[], hooks: readonly Hook[]): Promise<void> {
  const prefixes = leftPadded(groups);
  const prefixOf = groups.flatMap(({ hosts }, row) => hosts.map(() => row));
  const rest = groups.flatMap(({ hosts, prefix }) => hosts.map((host) => ({ host, from: prefix.length })));
  const firsts = rest.map(({ host, from }) => ({ host, from: from - 1, only: from - 1 }));
  const cache = new KvCache();
  let continued: KvCache | null = null;
  try {
    await answer(model, firsts, results, () => {
      const last = tf.slice(model.readout(prefixes, { cache, hooks }), [0, prefixes.length - 1, 0], [-1, 1, -1]);
      return tf.gather(last, tf.tensor1d(prefixOf, 'int32'));
    });
    const branches = cache.select(prefixOf);
    continued = branches;
    await answer(model, rest, results, () => model.readout(rightPadded(rest), { cache: branches, hooks }));
  } finally {
    cache.dispose();
    continued?.dispose();
  }
}

interface Row {
  host: Host;
  /** Token of the host that the row's first column is. */
  from: number;
  /** Answer this position only. */
  only?: number;
}

/** Reads out the wanted positions of a readout whose row r holds `rows[r].host` from token `from` on. */
async function answer(model: LanguageModel, rows: readonly Row[], results: Float64Array[], readout: () => tf.Tensor3D): Promise<void> {
  const wanted = rows.flatMap(({ host, from, only }, row) =>
    host.asks.filter(({ at }) => at >= from && (only === undefined || at === only)).map((ask) => ({ ...ask, row, column: ask.at - from })),
  );
  const chunk = Math.max(1, Math.floor(LOGIT_BUDGET / model.config.vocabSize));
  const nats = tf.tidy(() => {
    const values = readout();
    const [batch, length, width] = values.shape;
    const flat = tf.reshape(values, [batch * length, width]);
    const parts: tf.Tensor1D[] = [];
    for (let start = 0; start < wanted.length; start += chunk) {
      const part = wanted.slice(start, start + chunk);
      parts.push(
        tf.tidy(() => {
          const at = tf.tensor1d(part.map(({ row, column }) => row * length + column), 'int32');
          return crossEntropy(model.unembed(tf.gather(flat, at)).as2D(part.length, model.config.vocabSize), tf.tensor1d(part.map(({ target }) => target), 'int32'));
        }),
      );
    }
    return parts.length === 0 ? tf.tensor1d([]) : parts.length === 1 ? parts[0]! : tf.concat(parts);
  });
  const values = await nats.data();
  nats.dispose();
  wanted.forEach(({ sequence, index }, i) => (results[sequence]![index] = -values[i]!));
}

function rightPadded(rows: readonly Row[]): TokenBatch {
  const length = Math.max(...rows.map(({ host, from }) => host.ids.length - from));
  return fill(rows.length, length, (row) => {
    const { host, from } = rows[row]!;
    return { ids: host.ids.slice(from), generatedFrom: host.prefixLength - from, at: 0 };
  });
}

function leftPadded(groups: readonly Group[]): TokenBatch {
  const length = Math.max(...groups.map(({ prefix }) => prefix.length));
  return fill(groups.length, length, (row) => ({ ids: groups[row]!.prefix, generatedFrom: Infinity, at: length - groups[row]!.prefix.length }));
}

function fill(batch: number, length: number, rowOf: (row: number) => { ids: readonly number[]; generatedFrom: number; at: number }): TokenBatch {
  const [ids, mask, generated] = [new Int32Array(batch * length), new Int32Array(batch * length), new Int32Array(batch * length)];
  for (let row = 0; row < batch; row++) {
    const { ids: tokens, generatedFrom, at } = rowOf(row);
    const start = row * length + at;
    ids.set(tokens, start);
    mask.fill(1, start, start + tokens.length);
    generated.fill(1, start + Math.min(tokens.length, Math.max(0, generatedFrom)), start + tokens.length);
  }
  return { ids, mask, generated, batch, length };
}
