import { z } from 'zod';

/**
 * The components of tokenizer.json that are computed as the Rust library computes them, and their fields
 * (huggingface/tokenizers, tokenizers/src). Fields that nobody here knows are refused: they would change the ids.
 */
const pattern = z.union([z.strictObject({ String: z.string().min(1) }), z.strictObject({ Regex: z.string().min(1) })]);
const byteLevel = { type: z.literal('ByteLevel'), add_prefix_space: z.boolean().optional(), trim_offsets: z.boolean().optional(), use_regex: z.boolean().optional() };
const metaspace = {
  type: z.literal('Metaspace'),
  replacement: z.string().length(1),
  prepend_scheme: z.enum(['always', 'first', 'never']).optional(),
  add_prefix_space: z.boolean().optional(),
  str_rep: z.string().optional(),
  split: z.boolean().optional(),
};
const behavior = z.enum(['Isolated', 'Removed', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous']);
const bare = <T extends string>(type: T) => z.strictObject({ type: z.literal(type) });

const normalizer: z.ZodType = z.lazy(() =>
  z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('Sequence'), normalizers: z.array(normalizer) }),
    z.strictObject({ type: z.literal('Replace'), pattern, content: z.string() }),
    z.strictObject({ type: z.literal('Prepend'), prepend: z.string() }),
    z.strictObject({ type: z.literal('Strip'), strip_left: z.boolean(), strip_right: z.boolean() }),
    z.strictObject({ type: z.literal('Precompiled'), precompiled_charsmap: z.string() }),
    ...[bare('NFC'), bare('NFD'), bare('NFKC'), bare('NFKD'), bare('Lowercase'), bare('StripAccents')],
  ]),
);

const preTokenizer: z.ZodType = z.lazy(() =>
  z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('Sequence'), pretokenizers: z.array(preTokenizer) }),
    z.strictObject(byteLevel),
    z.strictObject(metaspace),
    z.strictObject({ type: z.literal('Split'), pattern, behavior, invert: z.boolean() }),
    z.strictObject({ type: z.literal('Digits'), individual_digits: z.boolean() }),
    z.strictObject({ type: z.literal('Punctuation'), behavior: behavior.optional() }),
    ...[bare('Whitespace'), bare('WhitespaceSplit')],
  ]),
);

const templateItem = z.union([
  z.strictObject({ SpecialToken: z.strictObject({ id: z.string(), type_id: z.int() }) }),
  z.strictObject({ Sequence: z.strictObject({ id: z.enum(['A', 'B']), type_id: z.int() }) }),
]);

export const templateSchema = z.strictObject({
  type: z.literal('TemplateProcessing'),
  single: z.array(templateItem).refine((items) => items.filter((item) => 'Sequence' in item).length === 1, 'expected one sequence'),
  pair: z.array(templateItem),
  special_tokens: z.record(z.string(), z.strictObject({ id: z.string(), ids: z.array(z.int()), tokens: z.array(z.string()) })),
});

const postProcessor: z.ZodType = z.lazy(() =>
  z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('Sequence'), processors: z.array(postProcessor) }),
    z.strictObject(byteLevel),
    templateSchema,
    z.strictObject({
      type: z.literal('RobertaProcessing'),
      ...{ sep: z.tuple([z.string(), z.int()]), cls: z.tuple([z.string(), z.int()]), trim_offsets: z.boolean(), add_prefix_space: z.boolean() },
    }),
  ]),
);

const decoder: z.ZodType = z.lazy(() =>
  z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('Sequence'), decoders: z.array(decoder) }),
    z.strictObject(byteLevel),
    z.strictObject(metaspace),
    z.strictObject({ type: z.literal('Replace'), pattern, content: z.string() }),
    z.strictObject({ type: z.literal('Strip'), content: z.string().length(1), start: z.int().min(0).max(64), stop: z.int().min(0).max(64) }),
    ...[bare('ByteFallback'), bare('Fuse')],
  ]),
);

const addedToken = z.strictObject({
  id: z.int().min(0).max((1 << 24) - 1),
  content: z.string().min(1),
  // The JavaScript library would match such a token inside words as well.
  single_word: z.literal(false).optional(),
  lstrip: z.boolean().optional(),
  rstrip: z.boolean().optional(),
  normalized: z.boolean().optional(),
  special: z.boolean().optional(),
});

/** tokenizer.json without its model. Truncation and padding belong to batches, not to the tokens of a text. */
export const tokenizerSchema = z.strictObject({
  version: z.string().optional(),
  truncation: z.unknown().optional(),
  padding: z.unknown().optional(),
  added_tokens: z.array(addedToken).nullish(),
  normalizer: normalizer.nullish(),
  pre_tokenizer: preTokenizer.nullish(),
  post_processor: postProcessor.nullish(),
  decoder: decoder.nullish(),
});

/** The model without vocabulary and merges. */
export const modelSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('BPE'),
    // Drop-out would draw the tokens of a text at random.
    dropout: z.literal(0).nullish(),
    unk_token: z.string().nullish(),
    continuing_subword_prefix: z.literal('').nullish(),
    end_of_word_suffix: z.literal('').nullish(),
    fuse_unk: z.boolean().optional(),
    byte_fallback: z.boolean().optional(),
    ignore_merges: z.boolean().optional(),
  }),
  z.strictObject({ type: z.literal('WordLevel'), unk_token: z.string() }),
  z.strictObject({ type: z.literal('Unigram'), unk_id: z.int().min(0), byte_fallback: z.boolean().optional() }),
]);
