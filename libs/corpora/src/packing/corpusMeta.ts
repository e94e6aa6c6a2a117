import { z } from 'zod';
import { documentSchema } from '../document';

export const corpusMetaSchema = z.object({
  version: z.literal(1),
  name: z.string(),
  /** How the text was made or where it was read from. */
  source: z.record(z.string(), z.unknown()),
  seed: z.number().int().nullable(),
  /** Real tokens, BOS and EOS included, padding not. */
  tokens: z.number().int(),
  rows: z.number().int(),
  contextLength: z.number().int(),
  documents: z.number().int(),
  /** Documents by kind. */
  kinds: z.record(z.string(), z.number().int()),
});
export type CorpusMeta = z.infer<typeof corpusMetaSchema>;

/** A document as the corpus keeps it: where its tokens lie, [start, end) in its row, BOS included. */
export const corpusDocumentSchema = documentSchema.extend({
  id: z.number().int(),
  row: z.number().int(),
  start: z.number().int(),
  end: z.number().int(),
});
export type CorpusDocument = z.infer<typeof corpusDocumentSchema>;

/** Files of a finished corpus. */
export const CORPUS_FILES = { meta: 'corpus.json', documents: 'documents.jsonl', tokens: 'tokens.safetensors' } as const;
