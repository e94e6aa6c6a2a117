import { artifactRefSchema, digestSchema, generateEvent, interactiveMethods, jobSpecs, modelRecordSchema } from '@sextant/schema';
import { z } from 'zod';
import { procedure, router, stream } from '../init';
import { pageInput, pageOf } from '../paging';
import { startInput, startJob, startedJob } from '../starting';

const tokenize = interactiveMethods['models.tokenize'];

export const modelsRouter = router({
  list: procedure
    .meta({ summary: 'Models in the lab, newest first' })
    .input(z.object({ ...pageInput }).prefault({}))
    .output(pageOf(modelRecordSchema))
    .query(({ ctx, input }) => ctx.lab.models.list(input)),

  get: procedure
    .meta({ summary: 'One model: configuration, hook points, card, and the artifacts made from it' })
    .input(z.object({ digest: digestSchema }))
    .output(modelRecordSchema.extend({ derived: z.array(artifactRefSchema) }))
    .query(({ ctx, input }) => ({ ...ctx.lab.models.get(input.digest), derived: ctx.lab.artifacts.children(input.digest) })),

  add: procedure
    .meta({ summary: 'Bring a model into the lab: a folder, a GGUF or llama2.c file on the server\'s host, or hf:owner/name[@revision]' })
    .input(startInput(jobSpecs['model.import']))
    .output(startedJob)
    .mutation(({ ctx, input }) => startJob(ctx, 'model.import', input)),

  describe: procedure
    .meta({ summary: 'What a stored model is, in the lab or at a path on the server\'s host: configuration, tokenizer, memory, hook points' })
    .input(interactiveMethods['models.describe'].params)
    .output(interactiveMethods['models.describe'].event)
    .query(({ ctx, input, signal }) => ctx.interactive.ask('models.describe', input, signal)),

  verify: procedure
    .meta({ summary: 'Load a model on the server\'s host and compare it with reference values of the original library' })
    .input(interactiveMethods['models.verify'].params)
    .output(interactiveMethods['models.verify'].event)
    .query(({ ctx, input, signal }) => ctx.interactive.ask('models.verify', input, signal)),

  tokenize: procedure
    .meta({ summary: 'Cut a text with the model\'s tokenizer' })
    .input(tokenize.params)
    .output(tokenize.event)
    .query(({ ctx, input, signal }) => ctx.interactive.ask('models.tokenize', input, signal)),

  generate: procedure
    .meta({ summary: 'Continue a prompt or a dialogue, token by token', event: generateEvent })
    .input(interactiveMethods['models.generate'].params)
    .subscription(({ ctx, input, signal }) => stream(ctx.interactive.stream('models.generate', input, signal))),
});
