import { captureHook, type HarvestModel } from '@sextant/activations';
import { tf } from '@sextant/compute';
import { padBatch } from '@sextant/models';
import { SextantError } from '@sextant/schema';
import type { IndexedDictionary, SparseCodes } from '../sparseCodes';

/** What turns a text into features. */
export interface TextSource {
  model: HarvestModel & {
    readonly tokenizer: { readonly bosId: number | null; encode(text: string, options: { addSpecial: boolean }): number[]; piece(id: number): string };
  };
  dictionary: Pick<IndexedDictionary, 'n' | 'd' | 'encodeSparse'>;
  hook: string;
}

/** A text's tokens, begin-of-sequence left out, and the features active on each. */
export interface TextCodes {
  ids: number[];
  pieces: string[];
  codes: SparseCodes;
}

const BATCH = 32;

/**
 * Encodes texts as a corpus row would be: begin-of-sequence in front, no other special token added.
 * @throws SextantError INVALID_INPUT for a text without tokens.
 */
export async function encodeTexts({ model, dictionary, hook }: TextSource, texts: readonly string[]): Promise<TextCodes[]> {
  const { tokenizer } = model;
  const front = tokenizer.bosId === null ? [] : [tokenizer.bosId];
  const encoded: TextCodes[] = [];
  for (let start = 0; start < texts.length; start += BATCH) {
    const bodies = texts.slice(start, start + BATCH).map((text) => {
      const ids = tokenizer.encode(text, { addSpecial: false });
      if (ids.length === 0) throw new SextantError('INVALID_INPUT', `the text ${JSON.stringify(text.slice(0, 40))} has no tokens`, { field: 'text', value: text });
      return ids;
    });
    const batch = padBatch(bodies.map((ids) => [...front, ...ids]));
    const { values, d } = await captureHook(model, hook, batch);
    bodies.forEach((ids, row) => {
      const from = (row * batch.length + front.length) * d;
      const input = tf.tensor2d(values.slice(from, from + ids.length * d), [ids.length, d]);
      const codes = dictionary.encodeSparse(input);
      input.dispose();
      encoded.push({ ids, pieces: ids.map((id) => tokenizer.piece(id)), codes });
    });
  }
  return encoded;
}
