import { digestSchema, evalRunSchema, interactiveMethods, itemResultSchema, jobSpecs } from '@sextant/schema';
import { z } from 'zod';
import { procedure, router } from '../init';
import { pageInput, pageOf } from '../paging';
import { startInput, startJob, startedJob } from '../starting';

export const evalsRouter = router({
  tasks: procedure
    .meta({ summary: 'Evals that can be run, and which of them need a folder of items' })
    .output(interactiveMethods['evals.tasks'].event.shape.tasks)
    .query(async ({ ctx, signal }) => (await ctx.interactive.ask('evals.tasks', {}, signal)).tasks),

  run: procedure
    .meta({ summary: 'Score a model on an eval, steered or not' })
    .input(startInput(jobSpecs['eval.run']))
    .output(startedJob)
    .mutation(({ ctx, input }) => startJob(ctx, 'eval.run', input)),

  runs: procedure
    .meta({ summary: 'Eval runs, newest first' })
    .input(
      z
        .object({
          ...pageInput,
          task: z.string().optional(),
          model: digestSchema.optional(),
          study: z.string().optional(),
          experiment: z.string().optional(),
        })
        .prefault({}),
    )
    .output(pageOf(evalRunSchema))
    .query(({ ctx, input }) => ctx.lab.runs.list(input)),

  items: procedure
    .meta({ summary: 'Item results of a run' })
    .input(
      z.object({
        run: z.string(),
        /** Matches the prompt or a choice. */
        filter: z.string().max(200).optional(),
        correct: z.boolean().optional(),
        ...pageInput,
      }),
    )
    .output(pageOf(itemResultSchema))
    .query(({ ctx, input }) => ctx.lab.runs.items(input)),
});
