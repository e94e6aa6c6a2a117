import type { SafetensorsFile } from '@sextant/formats';
import type { TokenBatch } from '../batch';
import { generate } from '../generate';
import type { LanguageModel } from '../languageModel';
import { logProbs } from '../logProbs';
import { capture, hiddenIndices, hiddenStates, joined, take } from './capture';
import { compareExactly, compareValues, tolerances, type ReferenceCheck } from './check';
import type { References } from './references';

export const holdsPaddedBatches = ({ tensors }: References): boolean => tensors.has('right.input_ids');

/**
 * The same sequences padded on the right and on the left: logits, hidden states (the last after the final norm), attention
 * patterns and hook points of the one, last logits and hidden states of the other, greedy continuations and
 * log-probabilities of given ones. Tensors that the file lacks are not compared.
 */
export async function checkPaddedBatches(model: LanguageModel, { tensors }: References): Promise<ReferenceCheck[]> {
  const batches = new PaddedBatches(model, tensors);
  return [...batches.right(), ...batches.hooks(), ...batches.left(), ...(await batches.continued())];
}

class PaddedBatches {
  constructor(
    private readonly model: LanguageModel,
    private readonly file: SafetensorsFile,
  ) {}

  right(): ReferenceCheck[] {
    const batch = this.batch('right');
    const { nLayers, dModel, vocabSize } = this.model.config;
    const last = `blocks.${nLayers - 1}.hook_resid_post`;
    return [
      ...this.compare('right.logits', () => take(this.model.forward(batch)), vocabSize, batch.mask),
      ...this.compare('right.hidden_states', () => joined(hiddenStates(this.model, batch)), dModel, batch.mask),
      ...this.compare('right.resid_post_last', () => capture(this.model, batch, [last]).get(last)!, dModel, batch.mask),
      ...this.patterns(batch),
    ];
  }

  /** Patterns are [layer, batch, head, query, key]; padded queries are left out. */
  private patterns(batch: TokenBatch): ReferenceCheck[] {
    const { length, mask } = batch;
    const { nHeads, nLayers } = this.model.config;
    const points = Array.from({ length: nLayers }, (_, layer) => `blocks.${layer}.attn.hook_pattern`);
    const maskOf = (row: number) => mask[Math.floor(row / (nHeads * length)) * length + (row % length)]!;
    const queries = Int32Array.from({ length: batch.batch * nHeads * length }, (_, row) => maskOf(row));
    return this.compare('right.attentions', () => joined([...capture(this.model, batch, points).values()]), length, queries, tolerances.patterns);
  }

  /** Hook points of the first sequence alone. */
  hooks(): ReferenceCheck[] {
    const names = this.file.names().filter((name) => name.startsWith('hooks.')).sort();
    if (names.length === 0) return [];
    const points = names.map((name) => name.slice('hooks.'.length));
    const seen = capture(this.model, { ids: [this.sequences()[0]!] }, points);
    return names.flatMap((name, i) => this.compare(name, () => seen.get(points[i]!)!, this.model.config.dModel));
  }

  left(): ReferenceCheck[] {
    if (!this.file.has('left.input_ids')) return [];
    const batch = this.batch('left');
    const { dModel, vocabSize } = this.model.config;
    const hidden = () => joined(hiddenStates(this.model, batch, hiddenIndices(this.model)).map((values) => lastColumn(values, batch, dModel)));
    return [
      ...this.compare('left.last_logits', () => lastColumn(take(this.model.forward(batch)), batch, vocabSize), vocabSize),
      ...this.compare('left.last_hidden_states', hidden, dModel),
    ];
  }

  async continued(): Promise<ReferenceCheck[]> {
    const prompts = this.sequences();
    const checks: ReferenceCheck[] = [];
    if (this.file.has('greedy.ids')) {
      const maxNewTokens = this.file.info('greedy.ids').shape[1]!;
      const rows = await generate(this.model, prompts, { maxNewTokens, stop: [] });
      checks.push(compareExactly('greedy.ids', rows.flatMap(({ ids }) => ids), this.file.readInt('greedy.ids')));
    }
    if (this.file.has('continuation.ids')) {
      const ids = this.file.readInt('continuation.ids');
      const each = ids.length / prompts.length;
      const scored = await logProbs(this.model, prompts.map((prefix, row) => ({ prefix, continuation: [...ids.slice(row * each, (row + 1) * each)] })));
      checks.push(...this.compare('continuation.logprobs', () => Float32Array.from(scored.flatMap((row) => [...row])), each));
    }
    return checks;
  }

  private batch(side: 'left' | 'right'): TokenBatch {
    const [batch = 0, length = 0] = this.file.info(`${side}.input_ids`).shape;
    return { ids: this.file.readInt(`${side}.input_ids`), mask: this.file.readInt(`${side}.attention_mask`), batch, length };
  }

  /** The sequences without padding. */
  private sequences(): number[][] {
    const { ids, mask, batch, length } = this.batch('right');
    return Array.from({ length: batch }, (_, row) => [...ids.slice(row * length, (row + 1) * length)].filter((_id, at) => mask[row * length + at] === 1));
  }

  /** `width` values make a row; `rows` says which rows count, over and over for each leading dimension. */
  private compare(tensor: string, found: () => Float32Array, width: number, rows?: Int32Array, tolerance: number = tolerances.values): ReferenceCheck[] {
    if (!this.file.has(tensor)) return [];
    const counts = rows && ((index: number) => rows[Math.floor(index / width) % rows.length] !== 0);
    return [compareValues(tensor, found(), this.file.read(tensor), { tolerance, ...(counts && { counts }) })];
  }
}

/** The last column of [batch, length, width]. */
function lastColumn(values: Float32Array, { batch, length }: TokenBatch, width: number): Float32Array {
  return joined(Array.from({ length: batch }, (_, row) => values.subarray(((row + 1) * length - 1) * width, (row + 1) * length * width)));
}
