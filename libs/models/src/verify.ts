import type { tf } from '@sextant/compute';
import { openSafetensors, type SafetensorsFile } from '@sextant/formats';
import type { TokenBatch } from './batch';
import { generate } from './generate';
import type { LanguageModel } from './languageModel';
import { logProbs } from './logProbs';

/** How far one reference tensor is from what this engine computes. */
export interface ReferenceCheck {
  tensor: string;
  /** Values compared; padding is left out. */
  compared: number;
  maxAbs: number;
  /** Largest relative difference where the reference exceeds 1 in size. */
  maxRel: number;
}

/**
 * Compares a model with a `references.safetensors` computed by Hugging Face Transformers: logits, hidden states (the last
 * one after the final norm), attention patterns and hook points of a batch padded on the right, last logits and hidden
 * states of one padded on the left, greedy continuations (differences of ids) and log-probabilities. Tensors that a
 * file lacks are not compared.
 * @throws SextantError INVALID_FILE when the file is damaged or not of this layout.
 */
export async function verifyModel(model: LanguageModel, referencesFile: string): Promise<ReferenceCheck[]> {
  const file = openSafetensors(referencesFile);
  try {
    const references = new References(model, file);
    return [...references.right(), ...references.hooks(), ...references.left(), ...(await references.continued())];
  } finally {
    file.close();
  }
}

class References {
  private readonly nLayers: number;
  private readonly dModel: number;
  private readonly vocabSize: number;

  constructor(
    private readonly model: LanguageModel,
    private readonly file: SafetensorsFile,
  ) {
    ({ nLayers: this.nLayers, dModel: this.dModel, vocabSize: this.vocabSize } = model.config);
  }

  right(): ReferenceCheck[] {
    const batch = this.batch('right');
    const last = `blocks.${this.nLayers - 1}.hook_resid_post`;
    const residuals = this.perLayer((layer) => `blocks.${layer}.hook_resid_pre`);
    const seen = this.record(batch, [...residuals, last]);
    const hidden = [...residuals.map((name) => seen.get(name)!), take(this.model.readout(batch))];
    const checks = [
      this.compare('right.logits', take(this.model.forward(batch)), this.vocabSize, batch.mask),
      this.compare('right.hidden_states', joined(hidden), this.dModel, batch.mask),
      this.compare('right.resid_post_last', seen.get(last)!, this.dModel, batch.mask),
    ];
    return this.file.has('right.attentions') ? [...checks, this.patterns(batch)] : checks;
  }

  /** Patterns are [layer, batch, head, query, key]; padded queries are left out. */
  private patterns(batch: TokenBatch): ReferenceCheck {
    const { length, mask } = batch;
    const points = this.perLayer((layer) => `blocks.${layer}.attn.hook_pattern`);
    const seen = this.record(batch, points);
    const { nHeads } = this.model.config;
    const maskOf = (row: number) => mask[Math.floor(row / (nHeads * length)) * length + (row % length)]!;
    const queries = Int32Array.from({ length: batch.batch * nHeads * length }, (_, row) => maskOf(row));
    return this.compare('right.attentions', joined(points.map((name) => seen.get(name)!)), length, queries);
  }

  /** Hook points of the first sequence alone. */
  hooks(): ReferenceCheck[] {
    const names = this.file.names().filter((name) => name.startsWith('hooks.')).sort();
    const points = names.map((name) => name.slice('hooks.'.length));
    const seen = this.record({ ids: [this.sequences()[0]!] }, points);
    return names.map((name, i) => this.compare(name, seen.get(points[i]!)!, this.dModel));
  }

  left(): ReferenceCheck[] {
    const batch = this.batch('left');
    const points = this.perLayer((layer) => `blocks.${layer}.hook_resid_pre`);
    const seen = this.record(batch, points);
    const hidden = [...points.map((name) => seen.get(name)!), take(this.model.readout(batch))];
    return [
      this.compare('left.last_logits', lastColumn(take(this.model.forward(batch)), batch, this.vocabSize), this.vocabSize),
      this.compare('left.last_hidden_states', joined(hidden.map((values) => lastColumn(values, batch, this.dModel))), this.dModel),
    ];
  }

  async continued(): Promise<ReferenceCheck[]> {
    const prompts = this.sequences();
    const checks: ReferenceCheck[] = [];
    if (this.file.has('greedy.ids')) {
      const maxNewTokens = this.file.info('greedy.ids').shape[1]!;
      const rows = await generate(this.model, prompts, { maxNewTokens, stop: [] });
      checks.push(this.compare('greedy.ids', Float32Array.from(rows.flatMap(({ ids }) => ids)), maxNewTokens));
    }
    if (this.file.has('continuation.ids')) {
      const ids = this.file.readInt('continuation.ids');
      const each = ids.length / prompts.length;
      const scored = await logProbs(this.model, prompts.map((prefix, row) => ({ prefix, continuation: [...ids.slice(row * each, (row + 1) * each)] })));
      checks.push(this.compare('continuation.logprobs', Float32Array.from(scored.flatMap((row) => [...row])), each));
    }
    return checks;
  }

  private batch(side: 'left' | 'right'): TokenBatch {
    const [batch = 0, length = 0] = this.file.info(`${side}.input_ids`).shape;
    return { ids: this.file.readInt(`${side}.input_ids`), mask: this.file.readInt(`${side}.attention_mask`), batch, length };
  }

  /** The sequences without padding. */
  private sequences(): number[][] {
    const { ids, length } = this.batch('right');
    return Array.from(this.file.readInt('lengths'), (real, row) => [...ids.slice(row * length, row * length + real)]);
  }

  private perLayer(name: (layer: number) => string): string[] {
    return Array.from({ length: this.nLayers }, (_, layer) => name(layer));
  }

  private record(input: TokenBatch | { ids: number[][] }, points: readonly string[]): Map<string, Float32Array> {
    const seen = new Map<string, Float32Array>();
    const hooks = points.map((point) => ({ point, fn: (value: tf.Tensor) => void seen.set(point, Float32Array.from(value.dataSync())) }));
    this.model.readout(input, { hooks }).dispose();
    return seen;
  }

  /** `width` values make a row; `rows` says which rows count, over and over for each leading dimension. */
  private compare(tensor: string, found: Float32Array, width: number, rows?: Int32Array): ReferenceCheck {
    const integers = this.file.info(tensor).dtype === 'I32';
    const expected = integers ? Float32Array.from(this.file.readInt(tensor)) : this.file.read(tensor);
    const check = { tensor, compared: 0, maxAbs: found.length === expected.length ? 0 : Infinity, maxRel: 0 };
    for (let i = 0; i < expected.length; i++) {
      if (rows && !rows[Math.floor(i / width) % rows.length]) continue;
      check.compared++;
      const difference = Math.abs(found[i]! - expected[i]!);
      // A NaN counts as infinitely far.
      const distance = Number.isNaN(difference) ? Infinity : difference;
      check.maxAbs = Math.max(check.maxAbs, distance);
      if (Math.abs(expected[i]!) > 1) check.maxRel = Math.max(check.maxRel, distance / Math.abs(expected[i]!));
    }
    return check;
  }
}

function take(tensor: tf.Tensor): Float32Array {
  const values = Float32Array.from(tensor.dataSync());
  tensor.dispose();
  return values;
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** The last column of [batch, length, width]. */
function lastColumn(values: Float32Array, { batch, length }: TokenBatch, width: number): Float32Array {
  return joined(Array.from({ length: batch }, (_, row) => values.subarray(((row + 1) * length - 1) * width, (row + 1) * length * width)));
}
