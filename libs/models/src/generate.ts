import { Rng, tf } from '@sextant/compute';
import { SextantError } from '@sextant/schema';
import { padBatch, type TokenBatch } from './batch';
import { throwIfAborted, yieldToEventLoop } from './cancellation';
import { KvCache } from './decoder/kvCache';
import type { Hook } from './hooks';
import type { LanguageModel } from './languageModel';
import { checkSampling, sampleToken, type SamplingOptions } from './sampling';

export interface GenerateOptions extends SamplingOptions {
  maxNewTokens: number;
  /** Each row draws from its own stream, so its text does not depend on the rows beside it. Default 0. */
  seed?: number;
  /** One generator for each row, instead of `seed`. */
  rngs?: readonly Rng[];
  /** Ids that end a row; they are not part of its text. Default: the model's end-of-text ids. */
  stop?: readonly number[];
  /** Applied to the prompt and to every generated token. */
  hooks?: readonly Hook[];
  signal?: AbortSignal;
}

/** A token as it was chosen. `text` is what it made certain: empty inside a character, more than one token's after it. */
export interface GeneratedToken {
  row: number;
  id: number;
  text: string;
}

export interface GeneratedRow {
  /** Generated ids, without the prompt and without the stop token. */
  ids: number[];
  /** Their text; empty when the model has no tokenizer. */
  text: string;
  /** A stop token came, `maxNewTokens` were made, or the model's context is full. */
  finish: 'stop' | 'length' | 'context';
}

/** Generates continuations of a batch of prompts and returns them when all are done; `onToken` sees each as it comes. */
export async function generate(
  model: LanguageModel,
  prompts: readonly (readonly number[])[],
  { onToken, ...options }: GenerateOptions & { onToken?: (row: number, id: number, text: string) => void },
): Promise<GeneratedRow[]> {
  const stream = generateStream(model, prompts, options);
  for (;;) {
    const { done, value } = await stream.next();
    if (done) return value;
    onToken?.(value.row, value.id, value.text);
  }
}

/**
 * Yields tokens as they are chosen, row by row in each step, and returns the finished rows. Prompts are padded on the
 * left and run once; every further token costs one step through the key–value cache.
 * @throws SextantError INVALID_INPUT for bad options and prompts that fill the context, CANCELLED on abort.
 */
export async function* generateStream(
  model: LanguageModel,
  prompts: readonly (readonly number[])[],
  options: GenerateOptions,
): AsyncGenerator<GeneratedToken, GeneratedRow[]> {
  const { maxNewTokens, hooks = [], seed = 0, signal } = options;
  checkOptions(model, prompts, options);
  const stop = new Set(options.stop ?? model.eosIds);
  const rngs = options.rngs ?? prompts.map((_, row) => new Rng(seed).fork(`row ${row}`));
  const texts = prompts.map((prompt) => (model.hasTokenizer ? model.tokenizer.stream(prompt) : null));
  const rows: GeneratedRow[] = prompts.map(() => ({ ids: [], text: '', finish: 'length' }));
  const active = new Set(prompts.keys());
  const finish = (row: number, how: GeneratedRow['finish']): string => {
    active.delete(row);
    rows[row]!.finish = how;
    const rest = texts[row]?.end() ?? '';
    rows[row]!.text += rest;
    return rest;
  };

  const cache = new KvCache();
  try {
    let batch = padBatch(prompts, { side: 'left' });
    for (;;) {
      throwIfAborted(signal, 'generation');
      const logits = await lastLogits(model, batch, cache, hooks);
      for (const row of [...active]) {
        const id = sampleToken(logits.subarray(row * model.config.vocabSize, (row + 1) * model.config.vocabSize), options, rngs[row]!);
        const made = rows[row]!;
        if (stop.has(id)) {
          finish(row, 'stop');
          continue;
        }
        made.ids.push(id);
        let text = texts[row]?.push(id) ?? '';
        made.text += text;
        if (made.ids.length >= maxNewTokens) text += finish(row, 'length');
        else if (prompts[row]!.length + made.ids.length >= model.config.contextLength) text += finish(row, 'context');
        yield { row, id, text };
      }
      if (active.size === 0) return rows;
      batch = nextTokens(rows, active);
      await yieldToEventLoop();
    }
  } finally {
    cache.dispose();
  }
}

/** Logits of each row's last column, row-major [batch, vocabSize]. */
async function lastLogits(model: LanguageModel, batch: TokenBatch, cache: KvCache, hooks: readonly Hook[]): Promise<Float32Array> {
  const logits = tf.tidy(() => {
    const readout = model.readout(batch, { cache, hooks });
    return model.unembed(batch.length === 1 ? readout : tf.slice(readout, [0, batch.length - 1, 0], [-1, 1, -1]));
  });
  try {
    return await logits.data<'float32'>();
  } finally {
    logits.dispose();
  }
}

/** One column: the newest token of each active row; rows that are done get padding. */
function nextTokens(rows: readonly GeneratedRow[], active: ReadonlySet<number>): TokenBatch {
  const flags = Int32Array.from(rows, (_, row) => (active.has(row) ? 1 : 0));
  return { ids: Int32Array.from(rows, ({ ids }) => ids.at(-1) ?? 0), mask: flags, generated: flags, batch: rows.length, length: 1 };
}

function checkOptions(model: LanguageModel, prompts: readonly (readonly number[])[], options: GenerateOptions): void {
  const { maxNewTokens, rngs } = options;
  const { contextLength } = model.config;
  checkSampling(options);
  if (!Number.isInteger(maxNewTokens) || maxNewTokens < 1) {
    throw new SextantError('INVALID_INPUT', `maxNewTokens is ${maxNewTokens}; expected a whole number from 1 on`, { field: 'maxNewTokens', value: maxNewTokens });
  }
  if (rngs && rngs.length !== prompts.length) {
    throw new SextantError('INVALID_INPUT', `${rngs.length} random generators were given for ${prompts.length} prompts`, { field: 'rngs', value: rngs.length });
  }
  const long = prompts.findIndex((prompt) => prompt.length >= contextLength);
  if (long >= 0) {
    const { length } = prompts[long]!;
    throw new SextantError('INVALID_INPUT', `prompt ${long} has ${length} tokens, which leaves no room in the model's context of ${contextLength}`, {
      field: 'prompts',
      value: length,
    });
  }
}
