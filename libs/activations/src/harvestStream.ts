import { SextantError } from '@sextant/schema';
import { firstNonFinite } from '@sextant/formats';
import { captureHook, type HarvestModel } from './capture';
import { isKept, type KeptTokens } from './corpus';

/** Activations of some tokens with where each came from; every array has one entry (or row) per token. */
export interface ActivationBatch {
  d: number;
  /** [n, d] row-major, model units. */
  activations: Float32Array;
  tokens: Int32Array;
  documents: Int32Array;
  /** Position of the token in its corpus row. */
  positions: Int32Array;
  rows: Int32Array;
}

export interface HarvestStreamOptions {
  model: HarvestModel;
  kept: KeptTokens;
  hook: string;
  /** Corpus rows run at a time. */
  batchSize: number;
  /** Corpus rows [from, to); default all that are kept. */
  from?: number;
  to?: number;
  signal?: AbortSignal | undefined;
}

/**
 * Harvests on the fly, in corpus order, one batch of rows at a time, and yields only kept tokens.
 * @throws SextantError CANCELLED when the signal aborts, INTEGRITY when the model gives NaN or infinities.
 */
export async function* harvestStream(options: HarvestStreamOptions): AsyncGenerator<ActivationBatch> {
  const { model, kept, hook, batchSize, from = 0, to = kept.rowCount, signal } = options;
  const { tokens, mask, tokenDocuments, meta } = kept.corpus;
  const { contextLength } = meta;
  for (let row = from; row < to; row += batchSize) {
    // Lets signals and heartbeats through between batches.
    await new Promise(setImmediate);
    if (signal?.aborted) throw new SextantError('CANCELLED', `the harvest was cancelled at row ${row} of ${kept.rowCount}`);
    const batch = Math.min(batchSize, to - row);
    const [start, end] = [row * contextLength, (row + batch) * contextLength];
    const places: number[] = [];
    for (let at = start; at < end; at++) if (isKept(kept, at)) places.push(at);
    if (places.length === 0) continue;
    const { values, d } = await captureHook(model, hook, { ids: tokens.slice(start, end), mask: mask.slice(start, end), batch, length: contextLength });

    const activations = new Float32Array(places.length * d);
    places.forEach((at, i) => activations.set(values.subarray((at - start) * d, (at - start + 1) * d), i * d));
    const bad = firstNonFinite(activations);
    if (bad >= 0) {
      const at = places[Math.floor(bad / d)]!;
      const where = `row ${Math.floor(at / contextLength)}, position ${at % contextLength}`;
      throw new SextantError('INTEGRITY', `the model gave ${activations[bad]} at ${hook}, ${where}`, { field: hook, value: String(activations[bad]) });
    }
    yield {
      d,
      activations,
      tokens: Int32Array.from(places, (at) => tokens[at]!),
      documents: Int32Array.from(places, (at) => tokenDocuments[at]!),
      positions: Int32Array.from(places, (at) => at % contextLength),
      rows: Int32Array.from(places, (at) => Math.floor(at / contextLength)),
    };
  }
}
