import type { AddCommand } from '../command';
import { withSession } from '../command';
import { dryRunOption, showEstimate } from '../dryRun';
import { follow } from '../follow';
import { bytes, significant, short, table } from '../output';
import { digestOf } from '../references';
import { oneOf, positive } from './arguments';

interface HarvestOptions {
  model?: string;
  corpus?: string;
  hook: string;
  dtype: 'f16' | 'f32';
  batch: number;
  tokens?: number;
  dryRun?: boolean;
  watch?: boolean;
}

export const addHarvest: AddCommand = (program) => {
  withSession<HarvestOptions>(
    program
      .command('harvest')
      .description('run a model over a corpus and store the activations of one hook')
      .requiredOption('--hook <name>', 'such as blocks.1.hook_resid_post')
      .option('--model <model>')
      .option('--corpus <corpus>')
      .option('--dtype <dtype>', 'f16 or f32', oneOf(['f16', 'f32'] as const), 'f16')
      .option('--batch <n>', 'rows at once', positive, 32)
      .option('--tokens <n>', 'stop after this many', positive)
      .option(...dryRunOption)
      .option('--watch', 'show progress until it is done'),
    async (session, options) => {
      const { hook, dtype, batch: batchSize, tokens: maxTokens, dryRun, watch } = options;
      const model = await digestOf(session, 'model', options.model);
      const corpus = await digestOf(session, 'corpus', options.corpus);
      const spec = { model, corpus, hook, dtype, batchSize, maxTokens };
      if (dryRun === true) await showEstimate(session, { kind: 'activations.harvest', spec });
      else await follow(session, await session.client.activations.harvest.mutate(spec), { watch });
    },
  );

  withSession(program.command('activations').description('harvests in the lab'), async ({ client, out }) => {
    const page = await client.activations.list.query({ limit: 1000 });
    out.answer(page, table(['digest', 'name', 'hook', 'tokens', 'd', 'mean norm', 'size'], page.items.map((one) => [
      short(one.digest),
      one.name,
      one.hook,
      one.tokens,
      one.dModel,
      significant(one.meanNorm),
      bytes(one.bytes),
    ])));
  });
};
