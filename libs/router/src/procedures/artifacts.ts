import { artifactKindSchema, artifactRefSchema, artifactSchema, digestSchema, interactiveMethods } from '@sextant/schema';
import { z } from 'zod';
import { procedure, router } from '../init';
import { pageInput, pageOf } from '../paging';

export const artifactsRouter = router({
  list: procedure
    .meta({ summary: 'Artifacts, newest first' })
    .input(z.object({ ...pageInput, kind: artifactKindSchema.optional() }).prefault({}))
    .output(pageOf(artifactSchema))
    .query(({ ctx, input }) => ctx.lab.artifacts.list(input)),

  get: procedure
    .meta({ summary: 'An artifact: its files, how it came to be, what it was made from and what was made from it' })
    .input(z.object({ digest: digestSchema }))
    .output(artifactSchema.extend({ children: z.array(artifactRefSchema) }))
    .query(({ ctx, input }) => ({ ...ctx.lab.artifacts.get(input.digest), children: ctx.lab.artifacts.children(input.digest) })),

  verify: procedure
    .meta({ summary: 'Hash the files of one artifact, or of all, again' })
    .input(z.object({ digest: digestSchema.optional() }).prefault({}))
    .output(interactiveMethods['artifacts.verify'].event)
    .mutation(({ ctx, input, signal }) => ctx.interactive.ask('artifacts.verify', input, signal)),
});

export const labRouter = router({
  verify: procedure
    .meta({ summary: 'Hash every artifact again, and compute every effect and claim again from its stored items' })
    .output(interactiveMethods['lab.verify'].event)
    .mutation(({ ctx, signal }) => ctx.interactive.ask('lab.verify', {}, signal)),
});
