import { claimSchema, digestSchema, featureIndexRecordSchema, featurePageSchema, featureRowSchema, hookNameSchema, interactiveMethods } from '@sextant/schema';
import { z } from 'zod';
import { procedure, router } from '../init';
import { pageInput, pageOf } from '../paging';

const featureIn = z.object({ featureIndex: digestSchema, index: z.number().int().nonnegative() });
const search = interactiveMethods['features.search'];
const testText = interactiveMethods['features.testText'];

export const featuresRouter = router({
  indexes: procedure
    .meta({ summary: 'Feature indexes, newest first' })
    .input(z.object({ ...pageInput, dictionary: digestSchema.optional() }).prefault({}))
    .output(pageOf(featureIndexRecordSchema))
    .query(({ ctx, input }) => ctx.lab.features.indexes(input)),

  list: procedure
    .meta({ summary: 'Rows of a feature index, sorted and filtered' })
    .input(
      z.object({
        featureIndex: digestSchema,
        sort: z.enum(['index', 'density', 'maxActivation', 'meanActivation']).default('index'),
        order: z.enum(['ascending', 'descending']).default('ascending'),
        /** Matches the label, the top tokens, or the exact index. */
        filter: z.string().max(200).optional(),
        minDensity: z.number().min(0).max(1).optional(),
        maxDensity: z.number().min(0).max(1).optional(),
        ...pageInput,
      }),
    )
    .output(pageOf(featureRowSchema))
    .query(({ ctx, input }) => ctx.lab.features.list(input)),

  get: procedure
    .meta({ summary: 'Everything known of one feature, and the claims about it' })
    .input(featureIn)
    .output(
      featurePageSchema.extend({
        dictionary: digestSchema,
        model: digestSchema.nullable(),
        hook: hookNameSchema.nullable(),
        claims: z.array(claimSchema),
      }),
    )
    .query(async ({ ctx, input, signal }) => {
      const { dictionary, model } = ctx.lab.features.getIndex(input.featureIndex);
      const page = await ctx.interactive.ask('features.page', input, signal);
      const labels = ctx.lab.features.labels(dictionary, [input.index, ...page.neighbours.map((neighbour) => neighbour.index)]);
      return {
        ...page,
        label: labels.get(input.index) ?? null,
        neighbours: page.neighbours.map((neighbour) => ({ ...neighbour, label: labels.get(neighbour.index) ?? null })),
        dictionary,
        model,
        hook: ctx.lab.dictionaries.get(dictionary).hook,
        claims: ctx.lab.claims.ofFeature({ dictionary, index: input.index }),
      };
    }),

  setLabel: procedure
    .meta({ summary: 'Name a feature; an empty label removes the name' })
    .input(featureIn.extend({ label: z.string().trim().max(200) }))
    .output(z.object({ label: z.string().nullable() }))
    .mutation(({ ctx, input }) => ctx.lab.features.setLabel(input)),

  search: procedure
    .meta({ summary: 'Features by text, by contrast, by token or by similarity, each with the reason it matched' })
    .input(search.params)
    .output(search.event)
    .query(async ({ ctx, input, signal }) => {
      const { dictionary } = ctx.lab.features.getIndex(input.featureIndex);
      const { results } = await ctx.interactive.ask('features.search', input, signal);
      const labels = ctx.lab.features.labels(dictionary, results.map(({ row }) => row.index));
      return { results: results.map((result) => ({ ...result, row: { ...result.row, label: labels.get(result.row.index) ?? null } })) };
    }),

  testText: procedure
    .meta({ summary: 'A feature\'s activation on every token of a text' })
    .input(testText.params)
    .output(testText.event)
    .query(({ ctx, input, signal }) => ctx.interactive.ask('features.testText', input, signal)),
});
