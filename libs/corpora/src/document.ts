import { z } from 'zod';

/**
 * What a span of text means. `concept` names a world word (attributes: its category and, in a fact, its role: subject or
 * object); `fact` covers a sentence that states one, true or false; `turn`, `persona`, `opener`, `behaviour`, `flourish` and
 * `request` belong to dialogues; `theme`, `mood` and `heading` to stories.
 */
export const spanLabelSchema = z.enum([
  'concept',
  'fact',
  'turn',
  'persona',
  'opener',
  'behaviour',
  'flourish',
  'request',
  'theme',
  'mood',
  'heading',
]);
export type SpanLabel = z.infer<typeof spanLabelSchema>;

/** A labelled stretch of a document: characters [start, end) of its text (UTF-16 units, as JavaScript slices). */
export const spanSchema = z.object({
  start: z.number().int().nonnegative(),
  end: z.number().int().nonnegative(),
  label: spanLabelSchema,
  /** The concept, relation, role, opener kind, behaviour or theme. */
  name: z.string(),
  attributes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
});
export type Span = z.infer<typeof spanSchema>;

export const documentSchema = z.object({
  /** What kind of text this is: `dialogue`, `story`, `facts` in the world; `text` or `prose` for read files. */
  kind: z.string().min(1),
  text: z.string(),
  spans: z.array(spanSchema).default([]),
  /** Facts about the whole document, such as a dialogue's persona or the file it was read from. */
  attributes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
});
export type Document = z.infer<typeof documentSchema>;
