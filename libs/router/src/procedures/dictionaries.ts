import { dictionaryRecordSchema, digestSchema, interactiveMethods, jobSpecs, provenanceSchema } from '@sextant/schema';
import { z } from 'zod';
import { procedure, router } from '../init';
import { pageInput, pageOf } from '../paging';
import { startInput, startJob, startedJob } from '../starting';

/** One point of the training curve: its step and whatever the trainer measured there (loss, l0, explainedVariance, deadShare…). */
const curvePoint = z.object({ step: z.number() }).catchall(z.number());
const histograms = interactiveMethods['dictionaries.histograms'];

export const dictionariesRouter = router({
  verify: procedure
    .meta({ summary: 'Load a dictionary on the server\'s host and compare it with reference values of the library that wrote it' })
    .input(interactiveMethods['dictionaries.verify'].params)
    .output(interactiveMethods['dictionaries.verify'].event)
    .query(({ ctx, input, signal }) => ctx.interactive.ask('dictionaries.verify', input, signal)),

  describe: procedure
    .meta({ summary: 'What a stored dictionary is, in the lab or at a path on the server\'s host: format, architecture, normalisation, notes' })
    .input(interactiveMethods['dictionaries.describe'].params)
    .output(interactiveMethods['dictionaries.describe'].event)
    .query(({ ctx, input, signal }) => ctx.interactive.ask('dictionaries.describe', input, signal)),

  add: procedure
    .meta({ summary: 'Bring a dictionary into the lab: a folder or file of SAELens, dictionary_learning, sparsify, OpenAI or Gemma Scope' })
    .input(startInput(jobSpecs['dictionary.import']))
    .output(startedJob)
    .mutation(({ ctx, input }) => startJob(ctx, 'dictionary.import', input)),

  list: procedure
    .meta({ summary: 'Dictionaries, newest first' })
    .input(z.object({ ...pageInput, model: digestSchema.optional() }).prefault({}))
    .output(pageOf(dictionaryRecordSchema.extend({ featureIndex: digestSchema.nullable() })))
    .query(({ ctx, input }) => ctx.lab.dictionaries.list(input)),

  get: procedure
    .meta({ summary: 'One dictionary: scores, training curve, and its feature index if one was built' })
    .input(z.object({ digest: digestSchema }))
    .output(
      dictionaryRecordSchema.extend({
        featureIndex: digestSchema.nullable(),
        curve: z.array(curvePoint),
        provenance: provenanceSchema,
        /** The job that trained it; null for an imported one. */
        job: z.string().nullable(),
      }),
    )
    .query(({ ctx, input }) => {
      const { provenance, job } = ctx.lab.artifacts.get(input.digest);
      return { ...ctx.lab.dictionaries.get(input.digest), provenance, job, curve: job === null ? [] : ctx.queue.metrics.curve(job) };
    }),

  train: procedure
    .meta({ summary: 'Train a dictionary on harvested activations' })
    .input(startInput(jobSpecs['dictionary.train']))
    .output(startedJob)
    .mutation(({ ctx, input }) => startJob(ctx, 'dictionary.train', input)),

  index: procedure
    .meta({ summary: 'Build the feature index: statistics, examples, logit effects, neighbours' })
    .input(startInput(jobSpecs['features.index']))
    .output(startedJob)
    .mutation(({ ctx, input }) => startJob(ctx, 'features.index', input)),

  histograms: procedure
    .meta({ summary: 'Distributions over the features of a dictionary' })
    .input(z.object({ digest: digestSchema }))
    .output(histograms.event)
    .query(({ ctx, input, signal }) => ctx.interactive.ask('dictionaries.histograms', { dictionary: input.digest }, signal)),
});
