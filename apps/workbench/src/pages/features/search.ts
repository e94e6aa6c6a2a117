import { z } from 'zod';

/** The Search page: which dictionary, how, and for what. */
export const featuresSearch = z.object({
  dictionary: z.string().optional().catch(undefined),
  mode: z.enum(['text', 'contrast', 'token', 'similar', 'label']).catch('text').default('text'),
  text: z.string().max(20_000).catch('').default(''),
  positive: z.array(z.string()).catch([]).default([]),
  negative: z.array(z.string()).catch([]).default([]),
  index: z.number().int().nonnegative().optional().catch(undefined),
});
export type FeaturesSearch = z.infer<typeof featuresSearch>;

/** The Feature page: the text under test, which examples are open, and whether they are shown whole. */
export const featureSearch = z.object({
  text: z.string().max(20_000).catch('').default(''),
  expand: z.boolean().catch(false).default(false),
});
