import { packRows, type Document } from '@sextant/corpora';
import { loadTokenizer } from '@sextant/models';
import { documentsOf } from '../jobs/corpusCreate';
import { timed, type Estimator } from './estimator';

const SAMPLE = 400;
/** Of each position in tokens.safetensors: id, mask, document. */
const POSITION_BYTES = 9;

/** The first 400 documents are tokenised and packed. Files and prose are counted by their characters. */
export const corpusCreate: Estimator<'corpus.create'> = async (spec, { lab }) => {
  const tokenizer = loadTokenizer(lab.artifacts.path(spec.model));
  const { documents, maxTokens = Infinity } = documentsOf(spec.source);
  const { contextLength } = spec;
  const sample: Document[] = [];
  for (const document of documents) if (sample.push(document) === SAMPLE) break;
  const { value: rows, seconds } = await timed(() => [...packRows(sample, { tokenizer, contextLength })]);
  const tokens = rows.reduce((total, { length }) => total + length, 0);
  const characters = (list: Iterable<Document>) => Array.from(list).reduce((total, { text }) => total + text.length, 0);
  const whole = Array.isArray(documents) ? (tokens * characters(documents)) / Math.max(1, characters(sample)) : Infinity;
  const amount = Math.round(Math.min(maxTokens, whole));
  const share = amount / Math.max(1, tokens);
  const bytes = Math.round(share * (JSON.stringify(sample).length + rows.length * contextLength * POSITION_BYTES));
  return { amount, unit: 'tokens', bytes, seconds: share * seconds, basis: `${sample.length} documents tokenised and packed` };
};
